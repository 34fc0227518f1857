package import CredentialFormat
package import Policy

/// What a user consented to for an app, in one organization. It grows when the user consents to more, and everything
/// that came from it dies with it.
package struct Grant: Entity, Hashable, Sendable {
    package static let prefix = "grt"

    package let id: ID<Grant>
    package let app: ID<App>
    package let member: ID<Member>
    /// The organization that the app may act in: the member's own or one below it.
    package let organization: ID<Organization>
    /// All that was consented to.
    package let scopes: ScopeSet
    package let createdAt: Instant
    /// When the user last consented.
    package let consentedAt: Instant
    /// When a spent token of it last came back, since then; nil for never.
    package let lastReuse: Reuse?

    /// What is kept of a ``TokenReuse``.
    package struct Reuse: Hashable, Sendable {
        package let at: Instant
        package let successorWasUsed: Bool

        package init(at: Instant, successorWasUsed: Bool) {
            self.at = at
            self.successorWasUsed = successorWasUsed
        }
    }

    package init(
        id: ID<Grant>, app: ID<App>, member: ID<Member>, organization: ID<Organization>, scopes: ScopeSet,
        createdAt: Instant, consentedAt: Instant, lastReuse: Reuse? = nil
    ) {
        self.id = id
        self.app = app
        self.member = member
        self.organization = organization
        self.scopes = scopes
        self.createdAt = createdAt
        self.consentedAt = consentedAt
        self.lastReuse = lastReuse
    }
}
