package import CredentialFormat
package import Model
package import Persistence
package import Policy

/// What the consent page asks.
package struct ConsentQuestion: Sendable {
    /// How many organizations it lists. Where there are more, it can be searched in.
    package static let maximumOrganizations = 200

    package let app: App
    /// The name of the organization that made the app.
    package let owner: String
    /// Whether the app belongs to the user's own account.
    package let isOwnersOwn: Bool
    /// Where the user may let the app act: their own organization first, then those below it.
    package let organizations: [Organization]
    /// Whether there are more than are listed.
    package let hasMoreOrganizations: Bool
    /// What is searched for, nil for nothing.
    package let search: NameSearch?
    /// The one to preselect: where the user consented last, else their own.
    package let suggested: ID<Organization>
    /// Whether the user consented there before.
    package let consentedBefore: Bool
    /// Identity first, then those of the catalogue, then management scopes.
    package let scopes: [ConsentScope]

    package init(
        app: App, owner: String, isOwnersOwn: Bool, organizations: [Organization], hasMoreOrganizations: Bool,
        search: NameSearch?, suggested: ID<Organization>, consentedBefore: Bool, scopes: [ConsentScope]
    ) {
        self.app = app
        self.owner = owner
        self.isOwnersOwn = isOwnersOwn
        self.organizations = organizations
        self.hasMoreOrganizations = hasMoreOrganizations
        self.search = search
        self.suggested = suggested
        self.consentedBefore = consentedBefore
        self.scopes = scopes
    }
}

/// A scope in words.
package struct ConsentScope: Hashable, Sendable {
    package let scope: Scope
    package let description: String
    /// Under which heading, nil for identity scopes.
    package let group: String?
    /// Whether to warn.
    package let danger: Bool
    /// Whether the user granted it before, in the organization that is suggested.
    package let wasGranted: Bool
}
