import CredentialFormat
import HTTPServing
import Model
import Organizations
import Persistence

/// `POST …/contacts/{contact_id}/disable`: 200; their access keys, and tokens for them, are refused until they are enabled again.
struct DisableContact: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/contacts/{contact_id}/disable", "disableContact",
        .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Contact> = try call.id("contact_id")
        try await call.optionalBody().read { _ in }
        let contact = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.contacts.disable(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: contact.revision, contact.write)
    }
}
