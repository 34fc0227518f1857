package import Policy

/// How many integrations an organization has, and what a new one gets without being asked.
package struct IntegrationPolicy: Hashable, Sendable {
    /// How many integrations an organization may have, within what its account may.
    package enum Count: String, Hashable, Sendable, CaseIterable {
        case one, many
    }

    package let perOrganization: Count
    /// The scopes of one that is made without saying any; nil where they must be said.
    package let scopes: ScopeSet?
    /// From where one may be used where that is not said.
    package let addresses: AddressRule

    package init(
        perOrganization: Count = .many, scopes: ScopeSet? = nil, addresses: AddressRule = .anywhere
    ) {
        self.perOrganization = perOrganization
        self.scopes = scopes
        self.addresses = addresses
    }
}
