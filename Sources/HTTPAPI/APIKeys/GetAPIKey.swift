import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/api-keys/{key_id}`: what is known of a key, never the key itself.
struct GetAPIKey: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/api-keys/{key_id}", "getAPIKey", .permission(.apiKeysRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<APIKey> = try call.id("key_id")
        let key = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.apiKeys.get(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: key.revision) { key.write(to: &$0, at: api.now()) }
    }
}
