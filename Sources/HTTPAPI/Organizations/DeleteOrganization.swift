import Model
import Organizations
import Persistence

/// `DELETE /api/v1/organizations/{organization_id}`: 204, or 409 while it holds anything.
struct DeleteOrganization: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}", "deleteOrganization", .permission(.organizationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let id = try call.organization()
        let revision = try call.expectedRevision()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.organizations.delete(id, expecting: revision, as: actor, tx: tx)
        }
        return .noContent
    }
}
