package import CredentialFormat

/// A link that proves an e-mail address once: whoever opens it may set another password, as one of the members with that
/// address. It belongs to no member, so what becomes of one touches none of the others.
package struct AddressLink: Entity, Hashable, Sendable {
    package static let prefix = "adl"
    /// For how long it works, in seconds.
    package static let seconds = 3600

    package let id: ID<AddressLink>
    package let email: EmailAddress
    package let createdAt: Instant
    package let expiresAt: Instant

    package init(id: ID<AddressLink>, email: EmailAddress, createdAt: Instant, expiresAt: Instant? = nil) {
        self.id = id
        self.email = email
        self.createdAt = createdAt
        self.expiresAt = expiresAt ?? createdAt.adding(seconds: Self.seconds)
    }
}
