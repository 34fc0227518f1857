import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `POST …/access-keys/{access_key_id}/disable`: 200; it, and every token that came of it, is refused until it is enabled again.
struct DisableAccessKey: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/contacts/{contact_id}/access-keys/{access_key_id}/disable",
        "disableAccessKey", .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let contact: ID<Contact> = try call.id("contact_id")
        let id: ID<AccessKey> = try call.id("access_key_id")
        try await call.optionalBody().read { _ in }
        let key = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.accessKeys.disable(id, of: contact, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: key.revision, key.write)
    }
}
