/// What is made of the stream: events in, steps out, no clock and no I/O.
///
/// The argument (docs/revocation.md): t₀ is when the request was begun, by our clock; n₀, in `hello`, when the node answered, by its own,
/// which was later. So what the node's clock showed as n was, by ours, not before t₀ + (n − n₀). `proof n` says that all that was
/// committed before n stood in the stream by then. So what is remembered may be believed until 750 ms after that, less what
/// the rates of two clocks may differ. Where that moment is still to come, they differ by more, or one of them stood still, and the
/// inequality has to be found anew.
struct StreamState {
    /// For how long what is proven may be believed, in nanoseconds.
    static let reach: Int64 = 750_000_000
    /// How long after its request a stream may begin, in nanoseconds. For as long as it lasted, one that began later would prove each moment
    /// too late for that to be believed until the next one is proven.
    static let longestOpening: Int64 = 500_000_000
    /// By one part of how many the rates of two clocks may differ: 200 parts in a million.
    private static let rate: Int64 = 5000

    /// Something to be done, in the order given.
    enum Step: Hashable {
        case forget([String])
        case forgetEverything
        case believe(until: Int64)
        /// Connect again.
        case leave
        /// Connect again, and not for ever at once: what came is of no use.
        case giveUp
    }

    /// The identifier of the last event that had one, to go on from.
    private(set) var last: String?
    private var begun: Int64?
    private var answered: Int64?

    /// A request for the stream is about to be sent.
    mutating func connects(at now: Int64) {
        begun = now
        answered = nil
    }

    /// An event came. What it asks for must be done before the next one is given.
    mutating func heard(_ event: StreamEvent, at now: Int64) -> [Step] {
        defer { if let id = event.id { last = id.isEmpty ? nil : id } }
        switch event.name {
        case "hello": return hello(event.data, at: now)
        case "proof": return proof(event.data, at: now)
        case "forget": return [.forget(event.data.split(separator: " ").map(String.init))]
        case "goodbye": return [.leave]
        case "forget-everything": return [.forgetEverything]
        // One that we do not know may say what is to be forgotten.
        default: return [.forgetEverything]
        }
    }

    private mutating func hello(_ data: String, at now: Int64) -> [Step] {
        guard let begun, now - begun <= Self.longestOpening, let reply = Reply(Array(data.utf8)),
            let stamp = reply.number("now"), let isResumed = reply.flag("resumed")
        else { return abandon() }
        answered = stamp
        guard !isResumed else { return [] }
        last = nil
        return [.forgetEverything]
    }

    private mutating func proof(_ data: String, at now: Int64) -> [Step] {
        guard let begun, let answered, let stamp = Int64(data),
            let since = stamp.nanoseconds(since: answered),
            let at = begun.adding(since - since.magnitude.part(Self.rate)), at <= now,
            let until = at.adding(Self.reach)
        else { return abandon() }
        return [.believe(until: until)]
    }

    /// What came is no stream of ours, or of no clock that can be seen from here.
    private mutating func abandon() -> [Step] {
        (last, answered) = (nil, nil)
        return [.forgetEverything, .giveUp]
    }
}

extension Int64 {
    /// Nanoseconds from one stamp, in microseconds, to another; nil where that is no time that a stream can take.
    fileprivate func nanoseconds(since other: Int64) -> Int64? {
        let (difference, isOutOfRange) = subtractingReportingOverflow(other)
        guard !isOutOfRange, difference.magnitude < 1_000_000_000_000 else { return nil }
        return difference * 1000
    }

    fileprivate func adding(_ other: Int64) -> Int64? {
        let (sum, isOutOfRange) = addingReportingOverflow(other)
        return isOutOfRange ? nil : sum
    }
}

extension UInt64 {
    fileprivate func part(_ count: Int64) -> Int64 { Int64(self) / count }
}
