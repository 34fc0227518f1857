import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `PATCH …/api-keys/{key_id}`: description, scopes and addresses. What is left out stays as it is.
struct EditAPIKey: Endpoint {
    static let route = Route(
        .patch, "/api/v1/organizations/{organization_id}/api-keys/{key_id}", "editAPIKey", .permission(.apiKeysManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<APIKey> = try call.id("key_id")
        let revision = try call.expectedRevision()
        let input = try await call.body().input { fields in
            for name in ["name", "lifetime_seconds", "expires_at"] { fields.refuseEdit(name) }
            return APIKeyEdit(
                description: fields.clearableEdit("description", .text), scopes: fields.edit("scopes", .texts),
                allowedAddresses: fields.clearableEdit("allowed_addresses", .texts))
        }
        let key = try await api.store.write { [api, actor = call.actor] tx in
            try input.apply { try api.apiKeys.edit(id, in: organization, $0, expecting: revision, as: actor, tx: tx) }
        }
        return .ok(revision: key.revision) { key.write(to: &$0, at: api.now()) }
    }
}
