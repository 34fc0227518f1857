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
        let filter = AuditFilter(
            action: try call.query.single("action"), target: try call.query.single("target"),
            actor: try call.query.single("actor"), since: try call.query.time("since"),
            until: try call.query.time("until"), requestID: try call.query.single("request_id"))
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.auditLog.list(
                in: organization, includeDescendants: descendants, matching: filter, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
