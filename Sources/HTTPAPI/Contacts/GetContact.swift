import CredentialFormat
import HTTPServing
import Model
import Organizations
import Persistence

/// `GET …/contacts/{contact_id}`
struct GetContact: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/contacts/{contact_id}", "getContact", .permission(.contactsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Contact> = try call.id("contact_id")
        let contact = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.contacts.get(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: contact.revision, contact.write)
    }
}
