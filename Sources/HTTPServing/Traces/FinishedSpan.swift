/// What a trace is told of a request, or of a statement that was run for one: nothing but which it was, how it went, when and for how long. No
/// path, no query, no address, no value, no word of an error: whoever collects traces must not learn what they must not know.
package struct FinishedSpan: Sendable {
    /// What was done.
    package enum Work: Sendable {
        /// A request was answered.
        ///
        /// - Parameters:
        ///   - route: The pattern of the route, nil where there is none.
        ///   - status: Nil where there was no answer.
        case request(method: String, route: String?, status: Int?)
        /// A statement was run.
        ///
        /// - Parameters:
        ///   - operation: Such as `SELECT`.
        ///   - table: Nil where it is not of one.
        ///   - system: Which database it is, by its name in OpenTelemetry's conventions.
        case statement(operation: String, table: String?, system: String)
    }

    package let parent: TraceParent
    /// 16 hexadecimal digits.
    package let identifier: String
    package let work: Work
    /// In nanoseconds since 1970.
    package let begunAt: Int64
    /// In nanoseconds.
    package let duration: Int64

    package init(
        _ work: Work, under parent: TraceParent, identifier: String = Self.newIdentifier(), begunAt: Int64,
        duration: Int64
    ) {
        self.work = work
        self.parent = parent
        self.identifier = identifier
        self.begunAt = begunAt
        self.duration = max(0, duration)
    }

    /// One that nobody has.
    package static func newIdentifier() -> String { text(of: UInt64.random(in: 1 ... .max)) }

    /// That of the request with this name, which is drawn by none: what is done for it can be told before it is answered.
    static func identifier(of requestID: String) -> String {
        // FNV-1a.
        let number = requestID.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
        }
        return text(of: max(1, number))
    }

    private static func text(of number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
