package import CredentialFormat

/// A person with roles in an organization. The roles are valid there and below.
package struct Member: Entity, Hashable, Sendable {
    package static let prefix = "mem"

    package let id: ID<Member>
    package let organization: ID<Organization>
    package let email: EmailAddress
    package let name: String
    /// Names of roles of the product definition. A name that the definition no longer has gives nothing.
    package let roles: [String]
    /// Names of permissions, ours or bundles of the product definition, given beside the roles. A name that is neither
    /// gives nothing.
    package let permissions: [String]
    /// Whether a password was set. Its digest stays in its table.
    package let hasPassword: Bool
    /// Why the address counts as theirs, nil where nobody has proved it.
    package let emailProof: EmailProof?
    package let createdAt: Instant
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package let revision: Int

    package init(
        id: ID<Member>, organization: ID<Organization>, email: EmailAddress, name: String, roles: [String],
        permissions: [String] = [], hasPassword: Bool, emailProof: EmailProof? = nil, createdAt: Instant,
        revision: Int = 1
    ) {
        self.id = id
        self.organization = organization
        self.email = email
        self.name = name
        self.roles = roles
        self.permissions = permissions
        self.hasPassword = hasPassword
        self.emailProof = emailProof
        self.createdAt = createdAt
        self.revision = revision
    }
}
