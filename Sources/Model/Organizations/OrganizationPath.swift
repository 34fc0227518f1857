package import CredentialFormat

/// The organizations from the account's root down to one organization, both included. Never empty.
package struct OrganizationPath: Hashable, Sendable, CustomStringConvertible {
    /// The deepest that a tree may grow.
    package static let maximumDepth = 16

    /// Root first.
    package let identifiers: [ID<Organization>]

    /// The path of an account's root organization.
    package init(root: ID<Organization>) {
        identifiers = [root]
    }

    /// The path of these, root first, or nil for none or more than 16.
    package init?(_ identifiers: [ID<Organization>]) {
        guard (1...Self.maximumDepth).contains(identifiers.count) else { return nil }
        self.identifiers = identifiers
    }

    /// The path of a child, or nil where the tree may not grow deeper.
    package func child(_ id: ID<Organization>) -> OrganizationPath? {
        OrganizationPath(identifiers + [id])
    }

    /// The account.
    package var root: ID<Organization> { identifiers[0] }

    /// The organization itself.
    package var last: ID<Organization> { identifiers[identifiers.count - 1] }

    /// Whether `id` is this organization or one above it.
    package func contains(_ id: ID<Organization>) -> Bool {
        identifiers.contains(id)
    }

    /// Whether this organization is the one of `ancestor` or lies below it.
    package func isWithin(_ ancestor: OrganizationPath) -> Bool {
        identifiers.starts(with: ancestor.identifiers)
    }

    /// `org_…/org_…/org_…`, root first.
    package var description: String {
        identifiers.map(\.description).joined(separator: "/")
    }
}
