import CredentialFormat
import Credentials
import Model
import Persistence

/// `DELETE …/api-keys/{key_id}/secrets/{secret_id}`: 204; the older of two secrets ends now.
struct EndAPIKeySecret: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/api-keys/{key_id}/secrets/{secret_id}", "endAPIKeySecret",
        .permission(.apiKeysManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        try call.requireNoTag()
        let organization = try call.organization()
        let id: ID<APIKey> = try call.id("key_id")
        let secretID: ID<APIKeySecret> = try call.id("secret_id")
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.apiKeys.endSecret(secretID, of: id, in: organization, as: actor, tx: tx)
        }
        return .noContent
    }
}
