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
            let edit = APIKeyEdit(
                description: fields.clearableEdit("description", .text), scopes: fields.edit("scopes", .texts),
                allowedAddresses: fields.clearableEdit("allowed_addresses", .texts),
                callLimit: fields.clearableEdit("call_limit", .text))
            return (edit, fields.force())
        }
        let key = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply { edit, force in
                try api.apiKeys.edit(
                    id, in: organization, edit, expecting: revision, force: force, as: actor, tx: tx)
            }
        }
        return .ok(revision: key.revision) { key.write(to: &$0, at: api.now()) }
    }
}
