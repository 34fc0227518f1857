import Events
import HTTPServing
import Model
import Persistence

/// `GET /api/v1/audit-events`: what was changed in any account, and what belongs to none, newest first. For the operator.
struct ListAllAuditEvents: Endpoint {
    static let route = Route(.get, "/api/v1/audit-events", "listAllAuditEvents", .operatorWith(.auditEventsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let page = try call.page()
        let filter = try AuditFilter(call.query)
        let format = try call.query.format()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.auditLog.listAll(matching: filter, page: page, as: actor, tx: tx)
        }
        switch format {
        case .json: return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
        case .csv:
            let next = try call.place(behind: listing.next, keeping: AuditEventFile.parameters)
            return .file(AuditEventFile(listing.items).text, next: next)
        }
    }
}
