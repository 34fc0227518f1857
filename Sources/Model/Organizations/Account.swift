package import CredentialFormat

/// A customer of the operator: what holds for a whole tree. Account and root organization are one thing with one
/// identifier.
package struct Account: Hashable, Sendable {
    /// The root organization, which is the account.
    package let organization: Organization
    /// The name of a plan of the product definition.
    package let plan: String?
    /// By whose calendar the days and months of its quotas begin, such as `Europe/Berlin`; nil where nobody said.
    package let timeZone: String?
    /// Since when nothing of the account is accepted, if so.
    package let suspendedAt: Instant?
    /// Whether this is the operator itself, whose rights reach into every account. There is exactly one.
    package let isOperator: Bool
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package let revision: Int

    package var id: ID<Organization> { organization.id }

    package init(
        organization: Organization, plan: String?, suspendedAt: Instant?, isOperator: Bool, timeZone: String? = nil,
        revision: Int = 1
    ) {
        self.organization = organization
        self.plan = plan
        self.timeZone = timeZone
        self.suspendedAt = suspendedAt
        self.isOperator = isOperator
        self.revision = revision
    }
}
