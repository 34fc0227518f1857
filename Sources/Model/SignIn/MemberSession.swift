package import CredentialFormat
package import Policy

/// The time that a member is signed in in one browser. Its secret is in that browser's cookie.
package struct MemberSession: Entity, Hashable, Sendable {
    package static let prefix = "ses"

    package let id: ID<MemberSession>
    package let member: ID<Member>
    /// How they proved who they are, in the order in which they did.
    package let methods: [SignInMethod]
    /// The most that the session may do, nil for all that the member may.
    package let permissions: Set<Permission>?
    /// Where the operator's backend wants the browser back.
    package let returnURL: String?
    /// From where it was begun.
    package let address: IPAddress?
    /// What the browser called itself, cut to ``maximumUserAgent`` bytes.
    package let userAgent: String?
    package let createdAt: Instant
    /// When they last proved who they are: the `auth_time` of an ID token.
    package let authenticatedAt: Instant
    /// When it was last used, to the minute.
    package let seenAt: Instant
    /// When it ends unless it is used before, and at its absolute limit in any case.
    package let expiresAt: Instant

    /// The most that is kept of a `User-Agent`, in bytes.
    package static let maximumUserAgent = 200

    package init(
        id: ID<MemberSession>, member: ID<Member>, methods: [SignInMethod], permissions: Set<Permission>?,
        returnURL: String?, address: IPAddress?, userAgent: String?, createdAt: Instant, authenticatedAt: Instant,
        seenAt: Instant, expiresAt: Instant
    ) {
        self.id = id
        self.member = member
        self.methods = methods
        self.permissions = permissions
        self.returnURL = returnURL
        self.address = address
        self.userAgent = userAgent
        self.createdAt = createdAt
        self.authenticatedAt = authenticatedAt
        self.seenAt = seenAt
        self.expiresAt = expiresAt
    }
}
