import HTTPServing
import Model
import Notices
import Persistence

/// `GET …/lifecycle-events`: what became of the credentials of an organization, newest first, and on request below it.
struct ListLifecycleEvents: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/lifecycle-events", "listLifecycleEvents",
        .permission(.webhooksRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let descendants = try call.query.includesDescendants()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.webhooks.events(
                in: organization, includeDescendants: descendants, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
