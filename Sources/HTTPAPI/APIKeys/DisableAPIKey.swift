import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `POST …/api-keys/{key_id}/disable`: 200; the key is refused until it is enabled again.
struct DisableAPIKey: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/api-keys/{key_id}/disable", "disableAPIKey",
        .permission(.apiKeysManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<APIKey> = try call.id("key_id")
        let force = try await call.optionalBody().read { $0.force() }
        let key = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.apiKeys.disable(id, in: organization, force: force, as: actor, tx: tx)
        }
        return .ok(revision: key.revision) { key.write(to: &$0, at: api.now()) }
    }
}
