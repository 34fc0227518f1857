package import CredentialFormat
package import Model
package import Policy

/// What a caller's credential must be good for.
package struct Demand: Sendable {
    /// All of these, which may be none.
    package let scopes: ScopeSet
    /// From where the caller calls, nil if nobody knows.
    package let address: IPAddress?
    /// Whether who asks judges by itself from where the caller calls.
    package let leavesAddress: Bool
    /// A token must be meant for one of these.
    package let audiences: [String]
    /// The organization that the caller names as the one to act in: the credential's own or one below it.
    package let organization: ID<Organization>?

    package init(
        scopes: ScopeSet = .empty, address: IPAddress?, leavesAddress: Bool = false, audiences: [String],
        organization: ID<Organization>? = nil
    ) {
        self.scopes = scopes
        self.address = address
        self.leavesAddress = leavesAddress
        self.audiences = audiences
        self.organization = organization
    }
}
