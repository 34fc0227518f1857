/// A code or a refresh token that was spent came back, and ended its lineage. With what tells a client that lost the reply
/// from a thief: where nobody ever used the newest token, it was most likely lost.
package struct TokenReuse: Hashable, Sendable {
    /// What came back.
    package enum Presented: String, Hashable, Sendable {
        case authorizationCode = "authorization_code"
        case refreshToken = "refresh_token"
    }

    package let presented: Presented
    package let at: Instant
    /// Whether the refresh token that was given for it was ever exchanged. Of its access token nothing is known.
    package let successorWasUsed: Bool
    /// When the newest refresh token of the lineage was made: the successor, where that was not used.
    package let newestMadeAt: Instant

    package init(presented: Presented, at: Instant, successorWasUsed: Bool, newestMadeAt: Instant) {
        self.presented = presented
        self.at = at
        self.successorWasUsed = successorWasUsed
        self.newestMadeAt = newestMadeAt
    }

    /// For the audit log.
    package var details: [String: String] {
        [
            "presented": presented.rawValue, "successor_used": successorWasUsed ? "yes" : "no",
            "newest_token_age_seconds": "\(max(0, at.seconds(since: newestMadeAt)))",
            "likely_cause": successorWasUsed ? "copied" : "reply_lost",
        ]
    }
}

extension RefreshLineage {
    /// What the reuse of a code is, which is before the first generation, or of the refresh token of an old one.
    package func reuse(of presented: TokenReuse.Presented, generation: Int = 0, at now: Instant) -> TokenReuse {
        TokenReuse(
            presented: presented, at: now, successorWasUsed: generation + 1 < self.generation,
            newestMadeAt: rotation?.at ?? createdAt)
    }
}
