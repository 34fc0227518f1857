import CredentialFormat
import Credentials
import Model
import Persistence

/// `DELETE …/grants/{grant_id}`: 204. What the app held by it is worthless from the reply on.
struct RevokeGrant: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/grants/{grant_id}", "revokeGrant",
        .permission(.grantsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        try call.requireNoTag()
        let organization = try call.organization()
        let id: ID<Grant> = try call.id("grant_id")
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.grants.revoke(id, in: organization, as: actor, tx: tx)
        }
        return .noContent
    }
}
