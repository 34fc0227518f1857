import CredentialFormat
import HTTPServing
import Model
import Organizations
import Persistence

/// `POST …/contacts/{contact_id}/enable`: 200; integrations may act for them again.
struct EnableContact: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/contacts/{contact_id}/enable", "enableContact",
        .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Contact> = try call.id("contact_id")
        try await call.optionalBody().read { _ in }
        let contact = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.contacts.enable(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: contact.revision, contact.write)
    }
}
