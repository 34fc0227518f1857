package import CredentialFormat

/// A consent that was asked for and has not come back yet: what the `state` of the callback stands for.
package struct ConnectionConsent: Hashable, Sendable {
    /// How long people have at the provider, in seconds.
    package static let lifetimeSeconds = 1800
    /// How many an organization has under way at most; the oldest give way.
    package static let maximumCount = 50

    /// Of the organization that asked.
    package let organization: ID<Organization>
    package let provider: String
    package let access: ID<ProviderAccess>
    /// A keyed fingerprint of the browser's session. Only there may it end.
    package let session: [UInt8]
    /// What is consented to again, nil for a new connection.
    package let connection: ID<Connection>?
    /// What the connection is to be called, nil for what the provider calls the account.
    package let name: String?
    /// What was asked for.
    package let scopes: [String]
    /// Values for the provider's variables.
    package let variables: [String: String]
    /// Where the provider sends the browser back to. The exchange of the code says it once more.
    package let redirectURI: String
    package let createdAt: Instant

    package init(
        organization: ID<Organization>, provider: String, access: ID<ProviderAccess>, session: [UInt8],
        connection: ID<Connection>?, name: String?, scopes: [String], variables: [String: String],
        redirectURI: String, createdAt: Instant
    ) {
        self.organization = organization
        self.provider = provider
        self.access = access
        self.session = session
        self.connection = connection
        self.name = name
        self.scopes = scopes
        self.variables = variables
        self.redirectURI = redirectURI
        self.createdAt = createdAt
    }

    package var expiresAt: Instant { createdAt.adding(seconds: Self.lifetimeSeconds) }
}
