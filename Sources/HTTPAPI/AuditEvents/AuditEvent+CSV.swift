import CredentialFormat
import HTTPServing
import Model
import Policy
import TextForms

/// A part of the audit log as a file for spreadsheets: a line for each event, with the members that JSON has.
struct AuditEventFile {
    private(set) var text = CSVText()

    /// What a list of events is asked for besides its cursor, by which the next part is found.
    static let parameters = [
        "format", "limit", "include", "action", "request_id", "target", "actor", "since", "until",
    ]

    init(_ events: [AuditEvent]) {
        text.line([
            "id", "at", "action", "target", "organization_id", "actor", "request_id", "address", "details",
        ])
        for event in events {
            let details = JSONWriter.object { event.writeDetails(to: &$0) }
            text.line([
                event.id.description, RFC3339.text(of: event.at), event.action, event.target,
                event.organization?.description ?? "", event.actor, event.requestID,
                event.address?.description ?? "", String(decoding: details, as: UTF8.self),
            ])
        }
    }
}
