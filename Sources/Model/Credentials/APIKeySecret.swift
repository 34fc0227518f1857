package import CredentialFormat

/// One of at most two secrets that an API key holds side by side: neither the secret nor its digest.
package struct APIKeySecret: Entity, Hashable, Sendable {
    package static let prefix = "sec"

    package let id: ID<APIKeySecret>
    package let hint: SecretHint
    package let createdAt: Instant
    /// Nil for the one in force, which ends with the key.
    package var expiresAt: Instant?
    package let lastUse: LastUse?
    /// Whether its uses are counted for it alone. They are not for the older one of a rotation from before they were.
    package let isCounted: Bool

    package init(
        of key: ID<APIKey>, hint: SecretHint, createdAt: Instant, expiresAt: Instant?, lastUse: LastUse?,
        isCounted: Bool = true
    ) {
        id = Self.id(of: key, madeAt: createdAt)
        self.hint = hint
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUse = lastUse
        self.isCounted = isCounted
    }

    /// Whether it is accepted at `now`, if its key is.
    package func isLive(at now: Instant) -> Bool {
        expiresAt.map { $0 > now } ?? true
    }

    /// What tells it from the other: when it was made, in front of the random part of its key's identifier. No two secrets of a
    /// key are made in the same millisecond.
    package static func id(of key: ID<APIKey>, madeAt: Instant) -> ID<APIKeySecret> {
        let random = key.value & (1 << 80 - 1)
        return ID(value: UInt128(truncatingIfNeeded: madeAt.milliseconds) << 80 | random)
    }
}
