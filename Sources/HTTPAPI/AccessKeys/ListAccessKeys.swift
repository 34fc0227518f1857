import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/access-keys`: the access keys of a contact. Never a key itself.
struct ListAccessKeys: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/contacts/{contact_id}/access-keys", "listAccessKeys",
        .permission(.contactsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let contact: ID<Contact> = try call.id("contact_id")
        let page = try call.page()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.accessKeys.list(of: contact, in: organization, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
