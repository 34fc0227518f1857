/// What a trace is told of a request: nothing but which route answered, how, when and for how long. No path, no query, no address, no word of an
/// error: whoever collects traces must not learn what they must not know.
package struct FinishedSpan: Sendable {
    package let parent: TraceParent
    /// 16 hexadecimal digits.
    package let identifier: String
    package let method: String
    /// The pattern of the route, nil where there is none.
    package let route: String?
    /// Nil where there was no answer.
    package let status: Int?
    /// In nanoseconds since 1970.
    package let begunAt: Int64
    /// In nanoseconds.
    package let duration: Int64

    package init(
        under parent: TraceParent, identifier: String = Self.newIdentifier(), method: String, route: String?,
        status: Int?, begunAt: Int64, duration: Int64
    ) {
        self.parent = parent
        self.identifier = identifier
        self.method = method
        self.route = route
        self.status = status
        self.begunAt = begunAt
        self.duration = max(0, duration)
    }

    /// One that nobody has.
    package static func newIdentifier() -> String {
        let digits = String(UInt64.random(in: 1 ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
