import CredentialFormat
import Foundation
import Model

/// A line of an export, or of what the API lists: `id`, `at` (RFC 3339), `action`, `target`, `organization_id`, `actor`,
/// `request_id`, `address`, `details`.
struct ExportedEvent: Decodable {
    let event: AuditEvent

    private enum CodingKeys: String, CodingKey {
        case id, at, action, target, actor, details
        case organization = "organization_id"
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        func wrong(_ key: CodingKeys) -> DecodingError {
            .dataCorruptedError(forKey: key, in: members, debugDescription: "it is none of ours")
        }
        guard let id = ID<AuditEvent>(parsing: try members.decode(String.self, forKey: .id)) else { throw wrong(.id) }
        guard let at = RFC3339.instant(try members.decode(String.self, forKey: .at)) else { throw wrong(.at) }
        let organization = try members.decodeIfPresent(String.self, forKey: .organization).map { text in
            guard let id = ID<Organization>(parsing: text) else { throw wrong(.organization) }
            return id
        }
        event = AuditEvent(
            id: id, at: at, action: try members.decode(String.self, forKey: .action),
            target: try members.decode(String.self, forKey: .target), organization: organization,
            actor: try members.decode(String.self, forKey: .actor), requestID: "", address: nil,
            details: try members.decodeIfPresent([String: String].self, forKey: .details) ?? [:])
    }

    /// What the API answers with.
    private struct Page: Decodable {
        let items: [ExportedEvent]
        let next: String?

        private enum CodingKeys: String, CodingKey {
            case items
            case next = "next_cursor"
        }
    }

    /// The events of a line: one, or all of a page that the API gave, with whether that says that there are more.
    static func line(_ line: Data) throws -> (events: [AuditEvent], isPage: Bool, hasMore: Bool) {
        do {
            return ([try JSONDecoder().decode(ExportedEvent.self, from: line).event], false, false)
        } catch {
            let page = try JSONDecoder().decode(Page.self, from: line)
            return (page.items.map(\.event), true, page.next != nil)
        }
    }

    /// The events of a line.
    static func events(in line: Data) throws -> [AuditEvent] { try self.line(line).events }
}
