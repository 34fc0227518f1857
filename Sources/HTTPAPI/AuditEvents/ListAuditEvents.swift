import Events
import HTTPServing
import Model
import Persistence

/// `GET …/audit-events`: what was changed in an organization, newest first, and on request below it.
struct ListAuditEvents: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/audit-events", "listAuditEvents", .permission(.auditEventsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let descendants = try call.query.includesDescendants()
        let filter = try AuditFilter(call.query)
        let format = try call.query.format()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.auditLog.list(
                in: organization, includeDescendants: descendants, matching: filter, page: page, as: actor, tx: tx)
        }
        switch format {
        case .json: return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
        case .csv:
            let next = try call.place(behind: listing.next, keeping: AuditEventFile.parameters)
            return .file(AuditEventFile(listing.items).text, next: next)
        }
    }
}

extension AuditFilter {
    /// What a query asks for.
    init(_ query: QueryParameters) throws {
        self.init(
            action: try query.single("action"), target: try query.single("target"), actor: try query.single("actor"),
            since: try query.time("since"), until: try query.time("until"), requestID: try query.single("request_id"))
    }
}
