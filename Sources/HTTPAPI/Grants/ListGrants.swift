import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/grants`: what users granted apps in an organization, and on request in those below it.
struct ListGrants: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/grants", "listGrants", .permission(.grantsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let descendants = try call.query.includesDescendants()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.grants.list(in: organization, includeDescendants: descendants, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
