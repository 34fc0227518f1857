import CredentialFormat
import Credentials
import Model
import Persistence

/// `DELETE …/access-keys/{access_key_id}`: 204. It, and every token that came of it, is worthless from the reply on.
struct DeleteAccessKey: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/contacts/{contact_id}/access-keys/{access_key_id}",
        "deleteAccessKey", .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let contact: ID<Contact> = try call.id("contact_id")
        let id: ID<AccessKey> = try call.id("access_key_id")
        let revision = try call.expectedRevision()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.accessKeys.delete(id, of: contact, in: organization, expecting: revision, as: actor, tx: tx)
        }
        return .noContent
    }
}
