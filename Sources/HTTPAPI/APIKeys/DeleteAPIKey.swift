import CredentialFormat
import Credentials
import Model
import Persistence

/// `DELETE …/api-keys/{key_id}`: 204, or 404 when the caller may not even know that the key exists.
struct DeleteAPIKey: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/api-keys/{key_id}", "deleteAPIKey",
        .permission(.apiKeysManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<APIKey> = try call.id("key_id")
        let revision = try call.expectedRevision()
        let force = try call.query.force()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.apiKeys.delete(id, in: organization, expecting: revision, force: force, as: actor, tx: tx)
        }
        return .noContent
    }
}
