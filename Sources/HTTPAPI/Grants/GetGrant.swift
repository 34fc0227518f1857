import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/grants/{grant_id}`
struct GetGrant: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/grants/{grant_id}", "getGrant", .permission(.grantsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Grant> = try call.id("grant_id")
        let grant = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.grants.get(id, in: organization, as: actor, tx: tx)
        }
        return .ok(grant.write)
    }
}
