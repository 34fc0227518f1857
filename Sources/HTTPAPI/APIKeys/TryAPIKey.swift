import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence
import Verification

/// `POST …/api-keys/{key_id}/try`: what the key would be answered now. Changes nothing.
struct TryAPIKey: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/api-keys/{key_id}/try", "tryAPIKey",
        .permission(.apiKeysRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<APIKey> = try call.id("key_id")
        let input = try await call.optionalBody().input { CredentialTrial.Draft(&$0) }
        let outcome = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            let key = try api.apiKeys.get(id, in: organization, as: actor, tx: tx)
            return try input.apply { try api.trial.outcome(of: key, $0, at: api.now(), tx: tx) }
        }
        return .ok { outcome.write(to: &$0) }
    }
}
