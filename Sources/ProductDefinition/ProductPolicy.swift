package import Policy

/// Lifetimes, limits and switches of a product.
package struct ProductPolicy: Hashable, Sendable {
    /// How long API keys may live.
    package let apiKeyLifetimes: LifetimePolicy
    /// The most API keys of an account that are neither deleted nor expired.
    package let apiKeysPerAccount: Int
    /// The most integrations of an account.
    package let integrationsPerAccount: Int
    /// How long an access token lives, in seconds, where its integration does not say.
    package let accessTokenSeconds: Int
    /// The longest that an integration may ask for, in seconds. Retired keys and the ids of revoked tokens are kept for
    /// so long.
    package let accessTokenMaximumSeconds: Int
    /// The longest that a rotation may leave the secret before it working, in seconds. 0 allows no overlap.
    package let secretOverlapMaximumSeconds: Int
    /// The request header in which callers of the operator's API name an organization, if there is one.
    package let organizationHeader: String?
    /// Whether an API key may stand in the query string of a verified request (design §6).
    package let queryCredentials: Bool
    /// How long audit events are kept, in days.
    package let auditRetentionDays: Int
    /// For how long a node believes what it remembers, in seconds, after it has lost both the revocation feed and the
    /// database: what was revoked elsewhere in that time is accepted by it. 0 refuses instead (law 5).
    package let revocationGraceSeconds: Int

    /// The longest grace that a product may allow, in seconds.
    package static let maximumRevocationGraceSeconds = 3600

    /// The policy with these parts. What is left out is as documented in `docs/product-definition.md`.
    package init(
        apiKeyLifetimes: LifetimePolicy = .upToAYear, apiKeysPerAccount: Int = 500, integrationsPerAccount: Int = 500,
        accessTokenSeconds: Int = 3600, accessTokenMaximumSeconds: Int = 86_400,
        secretOverlapMaximumSeconds: Int = 7 * 86_400, organizationHeader: String? = nil,
        queryCredentials: Bool = false, auditRetentionDays: Int = 400,
        revocationGraceSeconds: Int = 0
    ) {
        self.apiKeyLifetimes = apiKeyLifetimes
        self.apiKeysPerAccount = apiKeysPerAccount
        self.integrationsPerAccount = integrationsPerAccount
        self.accessTokenSeconds = accessTokenSeconds
        self.accessTokenMaximumSeconds = accessTokenMaximumSeconds
        self.secretOverlapMaximumSeconds = secretOverlapMaximumSeconds
        self.organizationHeader = organizationHeader
        self.queryCredentials = queryCredentials
        self.auditRetentionDays = auditRetentionDays
        self.revocationGraceSeconds = revocationGraceSeconds
    }
}
