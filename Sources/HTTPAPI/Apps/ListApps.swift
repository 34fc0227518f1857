import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/apps`: the apps of an organization, and on request of those below it.
struct ListApps: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/apps", "listApps",
        .permission(.appsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let descendants = try call.query.includesDescendants()
        let filter = try call.query.credentialFilter(of: .app, at: api.now())
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.apps.list(
                in: organization, includeDescendants: descendants, filter, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
