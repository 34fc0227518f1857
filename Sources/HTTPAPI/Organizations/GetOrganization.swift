import HTTPServing
import Model
import Organizations
import Persistence

/// `GET /api/v1/organizations/{organization_id}`
struct GetOrganization: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}", "getOrganization", .permission(.organizationsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let id = try call.organization()
        let organization = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.organizations.get(id, as: actor, tx: tx)
        }
        return .ok(revision: organization.revision, organization.write)
    }
}
