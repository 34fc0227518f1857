import CredentialFormat
package import Model

/// A client of ours at a provider with its secrets that are in force, and none of what is secret of them.
package struct ProviderAccessState: Sendable {
    package let access: ProviderAccess
    /// The newest first.
    package let secrets: [Secret]

    /// One of its secrets.
    package struct Secret: Hashable, Sendable {
        /// Counts the secrets of the client, from 1.
        package let generation: Int
        package let createdAt: Instant
        /// Nil for the newest.
        package let endsAt: Instant?
    }
}

extension Transaction {
    /// All our clients at providers, each with its secrets that are in force at `now`. They are few.
    package borrowing func providerAccessStates(at now: Instant) throws -> [ProviderAccessState] {
        let secrets = try all(
            """
            SELECT access, generation, created_at, ends_at FROM provider_access_secret
            WHERE access IN (SELECT id FROM provider_access) AND (ends_at IS NULL OR ends_at > \(now))
            ORDER BY access, generation DESC LIMIT 10000
            """
        ) { row in
            (
                access: try row.id(0, of: ProviderAccess.self),
                secret: ProviderAccessState.Secret(
                    generation: try row.count(1), createdAt: try row.instant(2), endsAt: try row.optionalInstant(3))
            )
        }
        let byAccess = Dictionary(grouping: secrets, by: \.access)
        return try providerAccesses().map { access in
            ProviderAccessState(access: access, secrets: (byAccess[access.id] ?? []).map(\.secret))
        }
    }
}
