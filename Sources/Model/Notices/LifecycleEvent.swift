package import CredentialFormat

/// What became of a credential, or is about to, for those who want to be told. There is one for each kind, credential and occasion,
/// however many nodes look.
package struct LifecycleEvent: Entity, Hashable, Sendable {
    package static let prefix = "lev"

    /// What happened. Receivers are written against these words, so one is never renamed.
    package enum Kind: String, Sendable, CaseIterable {
        /// It ends in 30, 7 or 1 days.
        case expiring = "credential.expiring"
        case expired = "credential.expired"
        /// It was made 30 days ago, and nobody has used it.
        case neverUsed = "credential.never_used"
        /// It was last used 90 days ago.
        case unused = "credential.unused"
        /// Its secret is older than the product wants secrets to be.
        case secretOld = "credential.secret_old"
        /// The secret before the last rotation was used by nobody for 6 hours: it can be ended.
        case oldSecretIdle = "credential.old_secret_idle"
        /// Whoever made it or looked after it has left.
        case creatorLeft = "credential.creator_left"
        /// Whoever found its secret, or a partner that searches for such, has told so, and it was ended.
        case leaked = "credential.leaked"
        /// It was used from a network from which it was not before.
        case newNetwork = "credential.new_network"
        /// Most of its calls of an hour were refused.
        case refusedOften = "credential.refused_often"
        /// 80 or 100 % of what a rate limit gives in a day or month is used up.
        case limitReached = "limit.reached"
        /// The account is on another plan.
        case planChanged = "account.plan_changed"
        /// A refresh token or an authorization code was used again.
        case refreshTokenReuse = "refresh_token.reuse"

        case connectionCreated = "connection.created"
        case connectionExpiring = "connection.expiring"
        case connectionDegraded = "connection.degraded"
        case connectionRecovered = "connection.recovered"
        case connectionReauthRequired = "connection.reauth_required"
        case connectionPermissionChanged = "connection.permission_changed"
        case connectionRevoked = "connection.revoked"
        case connectionDisconnected = "connection.disconnected"

        /// Somebody wants to know whether an endpoint is reached. Sent to that one alone.
        case webhookTest = "webhook.test"

        /// What became of a connection, nil for what nobody is told: renewals that went as they should.
        package init?(_ kind: ConnectionEvent.Kind) {
            switch kind {
            case .created: self = .connectionCreated
            case .expiring: self = .connectionExpiring
            case .degraded: self = .connectionDegraded
            case .recovered: self = .connectionRecovered
            case .reauthRequired: self = .connectionReauthRequired
            case .permissionChanged: self = .connectionPermissionChanged
            case .revoked: self = .connectionRevoked
            case .disconnected: self = .connectionDisconnected
            case .updated, .rotated: return nil
            }
        }

        /// Those that an endpoint may choose.
        package static let chosen = allCases.filter { $0 != .webhookTest }
    }

    package let id: ID<LifecycleEvent>
    package let kind: Kind
    /// The identifier of the credential that it is about, such as `key_…`. What is sent of one comes in order.
    package let subject: String
    /// What tells it from others of its kind about the same credential.
    package let occasion: String
    package let path: OrganizationPath
    /// When it was so.
    package let at: Instant
    /// What is sent: a document of JSON, byte for byte the same each time.
    package let body: String

    package init(
        id: ID<LifecycleEvent>, kind: Kind, subject: String, occasion: String, path: OrganizationPath, at: Instant,
        body: String
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.occasion = occasion
        self.path = path
        self.at = at
        self.body = body
    }
}
