import HTTPServing
import Model
import Organizations
import Persistence

/// `GET …/contacts`: the contacts of an organization, and on request of those below it; or those whose name or address has
/// something in it.
struct ListContacts: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/contacts", "listContacts", .permission(.contactsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let descendants = try call.query.includesDescendants()
        let search = NameSearch(try call.query.single("search"))
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.contacts.list(
                in: organization, includeDescendants: descendants, matching: search, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
