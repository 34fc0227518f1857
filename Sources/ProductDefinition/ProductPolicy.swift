package import Policy

/// Lifetimes, limits and switches of a product.
package struct ProductPolicy: Hashable, Sendable {
    /// How long API keys may live.
    package let apiKeyLifetimes: LifetimePolicy
    /// The most API keys of an account that are neither deleted nor expired.
    package let apiKeysPerAccount: Int
    /// The most integrations of an account.
    package let integrationsPerAccount: Int
    /// How many an organization may have of them, and what a new one gets.
    package let integrations: IntegrationPolicy
    /// Whether integrations say for which contact they act.
    package let accessKeys: AccessKeyPolicy
    /// The roles whose members are told by e-mail what becomes of credentials, besides whoever looks after one; at most
    /// ``mostNotifyRoles``. Nil where nobody is.
    package let notifyRoles: [String]?
    /// How often the secrets of integrations are shown.
    package let secretVisibility: SecretVisibility
    /// What API keys begin with that were made elsewhere and imported; at most ``SecretFormats/mostImported``.
    package let importedKeyPrefixes: [String]
    /// What is done with what a partner that searches for leaked secrets reports.
    package let leakedCredentials: LeakMeasure
    /// How long an access token lives, in seconds, where its integration does not say.
    package let accessTokenSeconds: Int
    /// The longest that an integration may ask for, in seconds. Retired keys and the ids of revoked tokens are kept for
    /// so long.
    package let accessTokenMaximumSeconds: Int
    /// The longest that a rotation may leave the secret before it working, in seconds. 0 allows no overlap.
    package let secretOverlapMaximumSeconds: Int
    /// From which age on people are reminded to rotate a secret or key, in seconds.
    package let rotationReminderSeconds: Int
    /// The request header in which callers of the operator's API name an organization, if there is one.
    package let organizationHeader: String?
    /// Whether an API key may stand in the query string of a verified request.
    package let queryCredentials: Bool
    /// The request headers in which an API key may stand, besides `Authorization: Bearer`; at most 4.
    package let apiKeyHeaders: [String]
    /// Whether an API key may be the user name of Basic (RFC 7617).
    package let apiKeyBasic: Bool
    /// How long audit events are kept, in days.
    package let auditRetentionDays: Int
    /// For how many days calls are told by the day.
    package let usageRetentionDays: Int
    /// For how long a node believes what it remembers, in seconds, after it has lost both the revocation feed and the
    /// database: what was revoked elsewhere in that time is accepted by it. 0 refuses instead (law 5).
    package let revocationGraceSeconds: Int

    /// The most apps of an account.
    package let appsPerAccount: Int
    /// The most connections of an account that are not ended.
    package let connectionsPerAccount: Int
    /// The most members of an account, in all of its organizations.
    package let membersPerAccount: Int
    /// The most organizations of an account, its root among them.
    package let organizationsPerAccount: Int
    /// Whether confidential apps may do without PKCE. Public ones never may (RFC 7636, RFC 9700 §2.1.1).
    package let confidentialAppsWithoutPKCE: Bool
    /// How long an authorization code lives, in seconds.
    package let authorizationCodeSeconds: Int
    /// How long a refresh token lives from its issue, in seconds, where its app does not say.
    package let refreshTokenSeconds: Int
    /// How long refresh tokens go on from one consent in all, in seconds, however often they are refreshed.
    package let refreshTokenMaximumSeconds: Int
    /// For how long the reply to a refresh is given again, in seconds, because the first may have been lost (law 9).
    package let refreshRetrySeconds: Int
    /// How long a session of a signed-in user lasts without being used, in seconds.
    package let sessionIdleSeconds: Int
    /// How long it lasts at most, in seconds.
    package let sessionMaximumSeconds: Int

    /// How many of one kind an account may be allowed.
    package static let limitRange = 1...1_000_000
    /// The longest grace that a product may allow, in seconds.
    package static let maximumRevocationGraceSeconds = 3600

    /// How many roles may be told.
    package static let mostNotifyRoles = 16

    /// The policy with these parts. What is left out is as documented in `docs/product-definition.md`.
    package init(
        apiKeyLifetimes: LifetimePolicy = .upToAYear, apiKeysPerAccount: Int = 500, integrationsPerAccount: Int = 500,
        accessTokenSeconds: Int = 3600, accessTokenMaximumSeconds: Int = 86_400,
        secretOverlapMaximumSeconds: Int = 7 * 86_400, organizationHeader: String? = nil,
        queryCredentials: Bool = false, apiKeyHeaders: [String] = [], apiKeyBasic: Bool = false,
        usageRetentionDays: Int = 400, auditRetentionDays: Int = 400,
        revocationGraceSeconds: Int = 0, appsPerAccount: Int = 500, confidentialAppsWithoutPKCE: Bool = false,
        authorizationCodeSeconds: Int = 60, refreshTokenSeconds: Int = 60 * 86_400,
        refreshTokenMaximumSeconds: Int = 365 * 86_400, refreshRetrySeconds: Int = 30,
        sessionIdleSeconds: Int = 8 * 3600, sessionMaximumSeconds: Int = 7 * 86_400,
        integrations: IntegrationPolicy = IntegrationPolicy(), rotationReminderSeconds: Int = 365 * 86_400,
        accessKeys: AccessKeyPolicy = .optional, secretVisibility: SecretVisibility = .once,
        leakedCredentials: LeakMeasure = .revoke, importedKeyPrefixes: [String] = [], notifyRoles: [String]? = nil,
        connectionsPerAccount: Int = 10_000, membersPerAccount: Int = 10_000, organizationsPerAccount: Int = 10_000
    ) {
        self.apiKeyLifetimes = apiKeyLifetimes
        self.apiKeysPerAccount = apiKeysPerAccount
        self.integrationsPerAccount = integrationsPerAccount
        self.integrations = integrations
        self.accessKeys = accessKeys
        self.notifyRoles = notifyRoles
        self.secretVisibility = secretVisibility
        self.leakedCredentials = leakedCredentials
        self.importedKeyPrefixes = importedKeyPrefixes
        self.accessTokenSeconds = accessTokenSeconds
        self.accessTokenMaximumSeconds = accessTokenMaximumSeconds
        self.secretOverlapMaximumSeconds = secretOverlapMaximumSeconds
        self.rotationReminderSeconds = rotationReminderSeconds
        self.organizationHeader = organizationHeader
        self.queryCredentials = queryCredentials
        self.apiKeyHeaders = apiKeyHeaders
        self.apiKeyBasic = apiKeyBasic
        self.usageRetentionDays = usageRetentionDays
        self.auditRetentionDays = auditRetentionDays
        self.revocationGraceSeconds = revocationGraceSeconds
        self.appsPerAccount = appsPerAccount
        self.connectionsPerAccount = connectionsPerAccount
        self.membersPerAccount = membersPerAccount
        self.organizationsPerAccount = organizationsPerAccount
        self.confidentialAppsWithoutPKCE = confidentialAppsWithoutPKCE
        self.authorizationCodeSeconds = authorizationCodeSeconds
        self.refreshTokenSeconds = refreshTokenSeconds
        self.refreshTokenMaximumSeconds = refreshTokenMaximumSeconds
        self.refreshRetrySeconds = refreshRetrySeconds
        self.sessionIdleSeconds = sessionIdleSeconds
        self.sessionMaximumSeconds = sessionMaximumSeconds
    }
}
