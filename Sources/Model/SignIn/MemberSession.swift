package import CredentialFormat
package import Policy

/// The time that a member is signed in in one browser. Its secret is in that browser's cookie.
package struct MemberSession: Entity, Hashable, Sendable {
    package static let prefix = "ses"

    package let id: ID<MemberSession>
    package let member: ID<Member>
    /// How they proved who they are, in the order in which they did.
    package var methods: [SignInMethod]
    /// The most that the session may do, nil for all that the member may.
    package let permissions: Set<Permission>?
    /// The most that its member may let an app do, nil for all that the member may. Besides these, what an app is told of
    /// the user.
    package let scopes: ScopeSet?
    /// Where the operator's backend wants the browser back.
    package let returnURL: String?
    /// From where it was begun.
    package let address: IPAddress?
    /// What the browser called itself, cut to ``maximumUserAgent`` bytes.
    package let userAgent: String?
    package let createdAt: Instant
    /// When it got the secret that it has now.
    package var secretAt: Instant
    /// When they last proved who they are: the `auth_time` of an ID token.
    package var authenticatedAt: Instant
    /// When it was last used, to the minute.
    package var seenAt: Instant
    /// When it ends unless it is used before, and at its absolute limit in any case.
    package var expiresAt: Instant

    /// Whether it was handed over from the operator's pages: then it has a bound, and knows of itself alone.
    package var isHandedOver: Bool { permissions != nil || methods.contains(.handOver) }

    /// The most that is kept of a `User-Agent`, in bytes.
    package static let maximumUserAgent = 200

    package init(
        id: ID<MemberSession>, member: ID<Member>, methods: [SignInMethod], permissions: Set<Permission>?,
        scopes: ScopeSet? = nil, returnURL: String?, address: IPAddress?, userAgent: String?, createdAt: Instant,
        secretAt: Instant? = nil, authenticatedAt: Instant, seenAt: Instant, expiresAt: Instant
    ) {
        self.id = id
        self.member = member
        self.methods = methods
        self.permissions = permissions
        self.scopes = scopes
        self.returnURL = returnURL
        self.address = address
        self.userAgent = userAgent
        self.createdAt = createdAt
        self.secretAt = secretAt ?? createdAt
        self.authenticatedAt = authenticatedAt
        self.seenAt = seenAt
        self.expiresAt = expiresAt
    }
}
