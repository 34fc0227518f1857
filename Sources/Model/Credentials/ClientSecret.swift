package import CredentialFormat

/// One of at most two secrets that a client holds side by side.
package struct ClientSecret: Entity, Sendable {
    package static let prefix = "sec"

    package let id: ID<ClientSecret>
    package let client: ClientID
    package let digest: SecretDigest
    package let hint: SecretHint
    package let createdAt: Instant
    /// Nil for the one in force; a rotation with an overlap gives the one before it an end.
    package var expiresAt: Instant?
    package let lastUse: LastUse?
    /// Since when it is refused because it may have leaked, until somebody has looked; nil for one that works.
    package let quarantinedAt: Instant?

    package init(
        id: ID<ClientSecret>, client: ClientID, digest: SecretDigest, hint: SecretHint, createdAt: Instant,
        expiresAt: Instant?, lastUse: LastUse?, quarantinedAt: Instant? = nil
    ) {
        self.id = id
        self.client = client
        self.digest = digest
        self.hint = hint
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUse = lastUse
        self.quarantinedAt = quarantinedAt
    }

    /// Whether it is accepted at `now`, unless it is in quarantine.
    package func isLive(at now: Instant) -> Bool {
        expiresAt.map { $0 > now } ?? true
    }
}
