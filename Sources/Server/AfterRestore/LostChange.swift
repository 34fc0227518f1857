import CredentialFormat
import Events
import Model

/// An audit event from a log that outlived a restore.
struct LostChange: Sendable {
    let id: ID<AuditEvent>
    let at: Instant
    let action: AuditAction
    let target: String
    let organization: ID<Organization>?
    let actor: String
    let details: [String: String]

    /// Nil for an action that this version does not know.
    init?(_ event: AuditEvent) {
        guard let action = AuditAction(rawValue: event.action) else { return nil }
        id = event.id
        at = event.at
        self.action = action
        target = event.target
        organization = event.organization
        actor = event.actor
        details = event.details
    }

    /// The names in the event's details, such as the fields that were changed.
    func words(_ name: String) -> [String] {
        details[name]?.split(separator: " ").map(String.init) ?? []
    }

    /// The member whom it is about, or else who did it.
    var member: ID<Member>? {
        ID(parsing: target) ?? details["member"].flatMap { ID(parsing: $0) }
            ?? actor.split(separator: " ").first.flatMap { ID(parsing: $0) }
    }

    /// The client of an access token that was revoked, as the event says it or else by who did it.
    var client: String { details["client"] ?? actor.split(separator: " ").last.map(String.init) ?? "" }

    /// What it was, as a line of an answer.
    var text: String { "\(action.rawValue) \(target) (\(id))" }
}
