import CredentialFormat
import Credentials
import HTTPServing
import Model

/// `POST …/access-keys`: 201 with an access key, this once.
struct CreateAccessKey: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/contacts/{contact_id}/access-keys", "createAccessKey",
        .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let contact: ID<Contact> = try call.id("contact_id")
        let body = try await call.body()
        let input = try body.input { $0.required("name", .text) }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply { name in
                try api.accessKeys.create(name: name, for: contact, in: organization, as: actor, tx: tx)
            }
            let key = issued.credential
            let location = "/api/v1/organizations/\(organization)/contacts/\(contact)/access-keys/\(key.id)"
            return .created(at: location, revision: key.revision) { json in
                key.write(to: &json)
                json.member("access_key", issued.secret)
            }
        }
    }
}
