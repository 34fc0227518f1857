import HTTPServing
import Model
import Organizations

/// `POST …/contacts`: 201 with a person for whom integrations may act.
struct CreateContact: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/contacts", "createContact", .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let body = try await call.body()
        let input = try body.input { fields in
            ContactDraft(
                name: fields.required("name", .text), email: fields.optional("email", .text),
                member: fields.optional("member_id", .text))
        }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let contact = try input.apply { try api.contacts.create($0, in: organization, as: actor, tx: tx) }
            return .created(
                at: "/api/v1/organizations/\(organization)/contacts/\(contact.id)", revision: contact.revision,
                contact.write)
        }
    }
}
