package import CredentialFormat
package import Policy

/// What an access token says. No row holds it: the token itself does, sealed or signed (design §4.2).
package struct AccessToken: Entity, Hashable, Sendable {
    package static let prefix = "tok"

    /// Its `jti` (RFC 7519 §4.1.7).
    package let id: ID<AccessToken>
    package let client: ID<Integration>
    package let account: ID<Organization>
    package let organization: ID<Organization>
    /// Whom it acts for, nil for the client itself.
    package let subject: String?
    package let scopes: ScopeSet
    /// The values of `aud` (RFC 9068 §2.2). Never empty.
    package let audiences: [String]
    package let issuedAt: Instant
    package let expiresAt: Instant

    package init(
        id: ID<AccessToken>, client: ID<Integration>, account: ID<Organization>, organization: ID<Organization>,
        subject: String?, scopes: ScopeSet, audiences: [String], issuedAt: Instant, expiresAt: Instant
    ) {
        self.id = id
        self.client = client
        self.account = account
        self.organization = organization
        self.subject = subject
        self.scopes = scopes
        self.audiences = audiences
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}
