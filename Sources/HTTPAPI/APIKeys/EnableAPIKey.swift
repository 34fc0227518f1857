import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `POST …/api-keys/{key_id}/enable`: 200; a disabled key is accepted again.
struct EnableAPIKey: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/api-keys/{key_id}/enable", "enableAPIKey",
        .permission(.apiKeysManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<APIKey> = try call.id("key_id")
        try await call.optionalBody().read { _ in }
        let key = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.apiKeys.enable(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: key.revision) { key.write(to: &$0, at: api.now()) }
    }
}
