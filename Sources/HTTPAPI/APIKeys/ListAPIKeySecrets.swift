import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/api-keys/{key_id}/secrets`: what is known of the secrets that work, never the secrets.
struct ListAPIKeySecrets: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/api-keys/{key_id}/secrets", "listAPIKeySecrets",
        .permission(.apiKeysRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<APIKey> = try call.id("key_id")
        let secrets = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.apiKeys.secrets(of: id, in: organization, as: actor, tx: tx)
        }
        return .ok { $0.listing(Listing(items: secrets, next: nil), of: call.list) { $1.write(to: &$0) } }
    }
}
