/// A partner's request for footprints. What it asks is kept, and not its answer: that is made each time it is sent, of what the
/// partner may see at that moment, since a footprint may be withdrawn while an answer waits.
struct FootprintRequest: Sendable {
    enum Status: String, Sendable {
        case waiting = "WAITING"
        case answered = "ANSWERED"
        /// It could not be brought in time.
        case givenUp = "GIVEN_UP"
    }

    /// The answering event's, the same however often that is sent.
    let id: String
    let organization: OrganizationPath
    let source: String
    /// The asking event's.
    let event: String
    let version: PactVersion
    /// The `data` of the asking event. Null once it is answered.
    var asked: JSONValue
    /// Where the partner reached us.
    let base: String
    var status = Status.waiting
    var attempts = 0
    /// When it is tried again.
    var nextAt: Timestamp
    let receivedAt: Timestamp

    /// Footprints in an answer.
    static let mostFound = 100
    /// Seconds after which nobody is called any more, as PACT says.
    static let patience = 72 * 3600
    /// Seconds for which one is remembered, so that it is not answered twice.
    static let memory = 30 * 86_400
    /// The longest time between two attempts, in seconds.
    static let longestPause = 3600

    /// - Parameter base: Where we are reached.
    init(
        _ event: PactEvent, _ version: PactVersion, for organization: OrganizationPath, base: String, at now: Timestamp
    ) {
        id = UUIDText.make()
        self.organization = organization
        source = event.source
        self.event = event.id
        self.version = version
        asked = event.data
        self.base = base
        (nextAt, receivedAt) = (now, now)
    }

    /// The event that answers.
    ///
    /// - Parameter found: What the partner sees of what it asks for, at most one more than ``mostFound``; nil where it asks by what is not
    ///   looked at here.
    func answer(_ found: [Footprint]?, at now: Timestamp) -> JSONValue {
        let happening: PactVersion.Happening
        let data: (String, JSONValue)
        func rejected(_ code: String, _ message: String) -> (String, JSONValue) {
            ("error", ["code": .text(code), "message": .text(message)])
        }
        switch found {
        case nil:
            happening = .requestRejected
            data = rejected(
                "NotImplemented", "Footprints are found by productIds, companyIds, productCategoryCpc and status.")
        case .some(let found) where found.isEmpty:
            happening = .requestRejected
            data = rejected(version.notFound, "No footprint that you may see is like that.")
        case .some(let found) where found.count > Self.mostFound:
            happening = .requestRejected
            data = rejected("BadRequest", "More than \(Self.mostFound) are like that. Ask by ListFootprints.")
        case .some(let found):
            happening = .requestFulfilled
            data = ("pfs", .list(found.map { $0.json(version) }))
        }
        return [
            "specversion": "1.0", "id": .text(id), "source": .text(version.source(base)),
            "time": .text(now.description), "type": .text(version.type(of: happening)),
            "data": JSONValue.object([]).with([("requestEventId", .text(event)), data]),
        ]
    }

    /// Notes that it could not be brought.
    ///
    /// - Parameter pause: Seconds before the second attempt; each further one is twice as long.
    mutating func fail(at now: Timestamp, pause: Int) {
        attempts += 1
        nextAt = now.advanced(by: min(pause << min(attempts - 1, 6), Self.longestPause))
        guard nextAt >= receivedAt.advanced(by: Self.patience) else { return }
        (status, asked) = (.givenUp, .null)
    }

    mutating func succeed() {
        attempts += 1
        (status, asked) = (.answered, .null)
    }
}

extension PactVersion {
    /// How we call ourselves in events.
    fileprivate func source(_ base: String) -> String {
        switch self {
        case .two: base.firstIndex(of: "/").map { String(base[$0...]) } ?? base
        case .three: base
        }
    }
}
