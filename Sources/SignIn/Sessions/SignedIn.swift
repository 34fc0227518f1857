import CredentialFormat
package import Model
package import Policy

/// A member who is signed in, as they are now.
package struct SignedIn: Sendable {
    package let session: MemberSession
    package let member: Member
    package let organization: Organization
    /// Whether the organization is the operator's own, whose rights reach everywhere.
    package let isOperator: Bool
    package let hasSecondFactor: Bool
    /// What the member's roles give now and the session allows.
    package let permissions: Set<Permission>

    /// The most that the member may let apps do in this session, nil for all that the member may.
    package var grantable: ScopeSet? { session.isHandedOver ? session.scopes ?? .empty : nil }

    /// For how long after having proved who they are a member may do what is sensitive, in seconds.
    package static let recentSeconds = Presence.recentSeconds

    package init(
        session: MemberSession, member: Member, organization: Organization, isOperator: Bool, hasSecondFactor: Bool,
        permissions: Set<Permission>
    ) {
        self.session = session
        self.member = member
        self.organization = organization
        self.isOperator = isOperator
        self.hasSecondFactor = hasSecondFactor
        self.permissions = permissions
    }

    /// Who acts in a request of this session.
    package func actor(requestID: String, address: IPAddress?) -> Actor {
        Actor(
            .member(member.id), reach: isOperator ? .everything : .subtree(organization.path),
            permissions: permissions, requestID: requestID, address: address)
    }

    /// Refuses a sensitive act unless the member has just proved who they are.
    ///
    /// - Throws: ``SignInRefusal/reauthenticationRequired``.
    package func requireRecentAuthentication(at now: Instant) throws(SignInRefusal) {
        guard Presence(provedAt: session.authenticatedAt).isRecent(at: now) else { throw .reauthenticationRequired }
    }

    /// When they last proved here who they are. In a session that was handed over they never have: it may do less than the
    /// member, and whoever made it may not be the member.
    package var presence: Presence { Presence(provedAt: session.isHandedOver ? nil : session.authenticatedAt) }

    /// Refuses what changes how the member signs in unless they have just proved who they are, here: a session that was
    /// handed over may do less than the member, and must not get at more.
    ///
    /// - Throws: ``SignInRefusal/unavailable`` or ``SignInRefusal/reauthenticationRequired``.
    package func requireOwnSignIn(at now: Instant) throws(SignInRefusal) {
        guard !session.isHandedOver else { throw .unavailable }
        try requireRecentAuthentication(at: now)
    }
}
