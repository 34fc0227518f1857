/// What a sign-in needs next.
package enum SignInStep: Sendable {
    /// Several members have that e-mail address and password: one must be chosen.
    case chooseOrganization(OrganizationList, ticket: String)
    /// The member has a second factor: a code must be shown.
    case secondFactor(ticket: String)
    /// Nothing.
    case done(StartedSession)
}
