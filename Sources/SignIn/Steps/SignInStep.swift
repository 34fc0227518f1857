package import CredentialFormat
package import Model

/// What a sign-in needs next.
package enum SignInStep: Sendable {
    /// Several members have that e-mail address and password: one must be chosen.
    case chooseOrganization([OrganizationChoice], ticket: String)
    /// The member has a second factor: a code must be shown.
    case secondFactor(ticket: String)
    /// Nothing.
    case done(StartedSession)
}

/// One of the members that somebody may sign in as.
package struct OrganizationChoice: Hashable, Sendable {
    package let member: ID<Member>
    package let memberName: String
    package let organizationName: String
    /// The name of the account that the organization belongs to.
    package let account: String
}
