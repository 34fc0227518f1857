package import CredentialFormat
package import Model
package import Policy

/// The user at the browser, as their session says. What they may do is read anew whenever something is decided.
package struct SignedInMember: Sendable {
    package let id: ID<Member>
    package let organization: OrganizationPath
    /// When they last proved who they are (`auth_time`).
    package let authenticatedAt: Instant
    /// In which session, and how they proved it.
    package let signIn: SignInContext?
    /// No more than these, whatever their roles give: those of the session.
    package let permissions: Set<Permission>
    /// No scopes but these may be given to an app, besides what it is told of the user; nil for no such bound.
    package let grantable: ScopeSet?

    package init(
        id: ID<Member>, organization: OrganizationPath, authenticatedAt: Instant, signIn: SignInContext? = nil,
        permissions: Set<Permission>, grantable: ScopeSet? = nil
    ) {
        self.id = id
        self.organization = organization
        self.authenticatedAt = authenticatedAt
        self.signIn = signIn
        self.permissions = permissions
        self.grantable = grantable
    }
}
