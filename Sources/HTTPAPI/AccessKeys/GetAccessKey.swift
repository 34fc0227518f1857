import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/access-keys/{access_key_id}`: what is known of an access key, never the key itself.
struct GetAccessKey: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/contacts/{contact_id}/access-keys/{access_key_id}",
        "getAccessKey",
        .permission(.contactsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let contact: ID<Contact> = try call.id("contact_id")
        let id: ID<AccessKey> = try call.id("access_key_id")
        let key = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.accessKeys.get(id, of: contact, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: key.revision, key.write)
    }
}
