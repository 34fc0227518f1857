package import CredentialFormat
package import Policy

/// Something that was changed: who, what, where and when. Never a secret.
package struct AuditEvent: Entity, Hashable, Sendable {
    package static let prefix = "evt"

    package let id: ID<AuditEvent>
    package let at: Instant
    /// The noun and what was done to it, such as `api-key.created`.
    package let action: String
    /// The identifier of what was changed.
    package let target: String
    /// The organization whose thing it is, nil for the operator's own.
    package let organization: ID<Organization>?
    /// As in ``Actor/label``.
    package let actor: String
    package let requestID: String
    package let address: IPAddress?
    /// What else there is to say, such as the fields that changed.
    package let details: [String: String]

    package init(
        id: ID<AuditEvent>, at: Instant, action: String, target: String, organization: ID<Organization>?, actor: String,
        requestID: String, address: IPAddress?, details: [String: String]
    ) {
        self.id = id
        self.at = at
        self.action = action
        self.target = target
        self.organization = organization
        self.actor = actor
        self.requestID = requestID
        self.address = address
        self.details = details
    }
}
