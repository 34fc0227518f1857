package import CredentialFormat

/// A person of the customer on whose behalf an integration may act. They need not be able to sign in.
package struct Contact: Entity, Hashable, Sendable {
    package static let prefix = "con"

    package let id: ID<Contact>
    package let organization: ID<Organization>
    package var name: String
    /// For people to tell them by. Nobody proved it, and nothing is sent there.
    package var email: EmailAddress?
    /// Who they are where they sign in, a member of the same organization; nil for somebody who does not, or no longer.
    package var member: ID<Member>?
    package var disabledAt: Instant?
    package let createdAt: Instant
    /// Who made it, as in ``Actor/label``.
    package let createdBy: String
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package var revision: Int

    package init(
        id: ID<Contact>, organization: ID<Organization>, name: String, email: EmailAddress?, member: ID<Member>?,
        disabledAt: Instant? = nil, createdAt: Instant, createdBy: String, revision: Int = 1
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.email = email
        self.member = member
        self.disabledAt = disabledAt
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.revision = revision
    }
}
