import CredentialFormat
import HTTPServing
import Model
import Organizations
import Persistence

/// `PATCH …/contacts/{contact_id}`: what is left out stays as it is.
struct EditContact: Endpoint {
    static let route = Route(
        .patch, "/api/v1/organizations/{organization_id}/contacts/{contact_id}", "editContact",
        .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Contact> = try call.id("contact_id")
        let revision = try call.expectedRevision()
        let input = try await call.body().input { fields in
            ContactEdit(
                name: fields.edit("name", .text), email: fields.clearableEdit("email", .text),
                member: fields.clearableEdit("member_id", .text))
        }
        let contact = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply {
                try api.contacts.edit(id, in: organization, $0, expecting: revision, as: actor, tx: tx)
            }
        }
        return .ok(revision: contact.revision, contact.write)
    }
}
