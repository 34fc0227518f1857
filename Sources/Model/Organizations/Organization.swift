package import CredentialFormat

/// A node of an account's tree. It sees what is in itself and below, never above or beside.
package struct Organization: Entity, Hashable, Sendable {
    package static let prefix = "org"

    package let id: ID<Organization>
    /// From the account's root down to itself.
    package let path: OrganizationPath
    package var name: String
    package let createdAt: Instant
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package var revision: Int

    /// The account that it belongs to.
    package var account: ID<Organization> { path.root }
    /// The organization directly above, none for a root.
    package var parent: ID<Organization>? { path.identifiers.dropLast().last }

    package init(id: ID<Organization>, path: OrganizationPath, name: String, createdAt: Instant, revision: Int = 1) {
        self.id = id
        self.path = path
        self.name = name
        self.createdAt = createdAt
        self.revision = revision
    }
}
