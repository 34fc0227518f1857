import CredentialFormat
import Model
import Organizations
import Persistence

/// `DELETE …/contacts/{contact_id}`: 204. Their access keys, and tokens for them, are worthless from the reply on.
struct DeleteContact: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/contacts/{contact_id}", "deleteContact",
        .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Contact> = try call.id("contact_id")
        let revision = try call.expectedRevision()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.contacts.delete(id, in: organization, expecting: revision, as: actor, tx: tx)
        }
        return .noContent
    }
}
