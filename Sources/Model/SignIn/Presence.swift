/// When somebody last proved that they themselves are there, if anybody ever did.
package struct Presence: Sendable {
    /// For how long after having proved who they are somebody may do what is sensitive, in seconds.
    package static let recentSeconds = 300

    private let provedAt: Instant?

    /// - Parameter provedAt: Nil for what nobody stands behind, such as a key.
    package init(provedAt: Instant?) {
        self.provedAt = provedAt
    }

    /// Whether that was just now. As far ahead as back: a clock that was set back by a little makes nobody prove it again and
    /// again.
    package func isRecent(at now: Instant) -> Bool {
        guard let provedAt else { return false }
        return (-Self.recentSeconds...Self.recentSeconds).contains(now.seconds(since: provedAt))
    }

    /// - Throws: ``Refusal/presenceRequired(seconds:)``.
    package func requireRecent(at now: Instant) throws(Refusal) {
        guard isRecent(at: now) else { throw .presenceRequired(seconds: Self.recentSeconds) }
    }
}
