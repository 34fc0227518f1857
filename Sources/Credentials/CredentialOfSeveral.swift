package import CredentialFormat
package import Model
package import Persistence
package import Policy

/// One of the credentials that are changed together, of whichever kind.
package struct CredentialOfSeveral: Sendable {
    package let id: StewardedID
    /// What people know it by.
    package let name: String
    package let organization: ID<Organization>
    package let organizationName: String
    package let state: CredentialState
    package let isDisabled: Bool
    /// Nil for a kind that has no rule for addresses.
    package let addresses: AddressRule?
    /// Nil for never yet.
    package let lastUse: LastUse?

    package init(_ listed: ListedAPIKey, at now: Instant) {
        let key = listed.key
        id = .apiKey(key.id)
        (name, organization, organizationName) = (key.name, key.organization, listed.organizationName)
        (state, isDisabled) = (key.state(at: now), key.disabledAt != nil)
        (addresses, lastUse) = (key.addresses, key.lastUse)
    }

    package init(_ listed: ListedIntegration) {
        let integration = listed.integration
        id = .integration(integration.id)
        (name, organization) = (integration.label, integration.organization)
        organizationName = listed.organizationName
        (state, isDisabled) = (integration.state, integration.disabling != nil)
        (addresses, lastUse) = (integration.addresses, listed.lastUse)
    }

    package init(_ listed: ListedApp) {
        let app = listed.app
        id = .app(app.id)
        (name, organization, organizationName) = (app.name, app.organization, listed.organizationName)
        (state, isDisabled) = (app.state, app.disabling != nil)
        (addresses, lastUse) = (nil, listed.lastUse)
    }

    /// Whether a change makes it another than it is. An address rule is for what has none and has not expired.
    package func isChanged(by change: SeveralChange) -> Bool {
        switch change {
        case .restrict: addresses == .anywhere && state != .expired
        case .disable: !isDisabled
        case .delete: true
        }
    }
}
