import HTTPServing
import Model
import Organizations
import Persistence

/// `PATCH /api/v1/organizations/{organization_id}`: its name.
struct EditOrganization: Endpoint {
    static let route = Route(
        .patch, "/api/v1/organizations/{organization_id}", "editOrganization", .permission(.organizationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let id = try call.organization()
        let revision = try call.expectedRevision()
        let input = try await call.body().input { $0.edit("name", .text) }
        let organization = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply { try api.organizations.rename(id, to: $0, expecting: revision, as: actor, tx: tx) }
        }
        return .ok(revision: organization.revision, organization.write)
    }
}
