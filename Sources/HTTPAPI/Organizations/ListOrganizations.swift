import HTTPServing
import Model
import Organizations
import Persistence

/// `GET /api/v1/organizations`: the caller's own and all below it, oldest first.
struct ListOrganizations: Endpoint {
    static let route = Route(.get, "/api/v1/organizations", "listOrganizations", .permission(.organizationsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let page = try call.page()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.organizations.list(page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
