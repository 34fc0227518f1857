import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `POST …/access-keys/{access_key_id}/enable`: 200; a disabled access key is accepted again.
struct EnableAccessKey: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/contacts/{contact_id}/access-keys/{access_key_id}/enable",
        "enableAccessKey", .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let contact: ID<Contact> = try call.id("contact_id")
        let id: ID<AccessKey> = try call.id("access_key_id")
        try await call.optionalBody().read { _ in }
        let key = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.accessKeys.enable(id, of: contact, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: key.revision, key.write)
    }
}
