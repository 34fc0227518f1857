package import Policy

/// What is known of a credential to whoever looks what is to be told of it.
package struct WatchedCredential: Hashable, Sendable {
    /// What it is.
    package enum Kind: String, Sendable, CaseIterable {
        case apiKey = "api_key"
        case integration
        case accessKey = "access_key"
    }

    /// The secret before the last rotation, while it works.
    package struct OldSecret: Hashable, Sendable {
        package let endsAt: Instant
        package let usedAt: Instant?

        package init(endsAt: Instant, usedAt: Instant?) {
            self.endsAt = endsAt
            self.usedAt = usedAt
        }
    }

    package let kind: Kind
    /// Such as `key_…`.
    package let id: String
    package let name: String
    package let path: OrganizationPath
    package let createdAt: Instant
    /// Nil for what does not end.
    package let expiresAt: Instant?
    package let isDisabled: Bool
    /// When the secret in force was made.
    package let secretAt: Instant
    package let usedAt: Instant?
    package let oldSecret: OldSecret?
    /// From where it was used last, nil where it was not or nobody knows.
    package let usedFrom: IPAddress?

    package init(
        kind: Kind, id: String, name: String, path: OrganizationPath, createdAt: Instant, expiresAt: Instant?,
        isDisabled: Bool, secretAt: Instant, usedAt: Instant?, oldSecret: OldSecret?, usedFrom: IPAddress? = nil
    ) {
        self.kind = kind
        self.id = id
        self.name = name
        self.path = path
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.isDisabled = isDisabled
        self.secretAt = secretAt
        self.usedAt = usedAt
        self.oldSecret = oldSecret
        self.usedFrom = usedFrom
    }
}
