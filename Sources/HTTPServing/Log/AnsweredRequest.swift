package import Model

/// A request and what became of it, as the log has it.
package struct AnsweredRequest: Sendable {
    let requestID: String
    let method: String
    let spoken: WireProtocol
    /// Without its query.
    let path: String
    let status: Int
    let now: Instant
    /// How long the answer took, in nanoseconds; nil where nobody took the time.
    package var nanoseconds: Int64?
    /// How long the body of the answer is; nil for one that is passed on as it comes.
    package var bytes: Int?
    /// The text of the address that it came from.
    package var address: String?
    /// Whose credential or session was admitted.
    package var caller: String?
    /// The organization of that.
    package var organization: String?
    /// The rule that refused.
    package var rule: String?

    package init(
        _ requestID: String, _ method: String, by spoken: WireProtocol, path: String, status: Int, at now: Instant
    ) {
        self.requestID = requestID
        self.method = method
        self.spoken = spoken
        self.path = path
        self.status = status
        self.now = now
    }
}
