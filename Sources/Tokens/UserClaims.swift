package import CredentialFormat
package import Model
package import Policy

/// What an app is told about its user beside the identifier: the same in the ID token and at userinfo, each part only
/// under its scope (OpenID Connect Core §5.4).
package struct UserClaims: Hashable, Sendable {
    /// Under `profile`.
    package let name: String?
    /// Under `profile`: `preferred_username`, what the member signs in with. Not for an app to tell members apart by.
    package let username: String?
    /// Under `email`.
    package let email: String?
    /// Under `email`: whether it is proved that the address is that of whoever signed in (``EmailProof``). Else whoever made
    /// the member wrote it, and an app that took it for proof of who somebody is would let any customer's admin be anybody.
    package let isEmailVerified: Bool
    /// Under `organization`.
    package let organization: ChosenOrganization?

    /// The organization that the user chose for the app.
    package struct ChosenOrganization: Hashable, Sendable {
        package let id: ID<Organization>
        package let name: String
        package let account: ID<Organization>
    }

    /// What these scopes allow to say.
    package init(of member: Member, in organization: Organization, scopes: ScopeSet, isEmailVerified: Bool = false) {
        let allowed = Set(scopes.scopes.compactMap { IdentityScope($0) })
        name = allowed.contains(.profile) ? member.name : nil
        username = allowed.contains(.profile) ? member.email.text : nil
        email = allowed.contains(.email) ? member.email.text : nil
        self.isEmailVerified = allowed.contains(.email) && isEmailVerified
        self.organization =
            allowed.contains(.organization)
            ? ChosenOrganization(id: organization.id, name: organization.name, account: organization.account) : nil
    }

    init(
        name: String?, username: String?, email: String?, isEmailVerified: Bool = false,
        organization: ChosenOrganization?
    ) {
        self.name = name
        self.username = username
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.organization = organization
    }
}
