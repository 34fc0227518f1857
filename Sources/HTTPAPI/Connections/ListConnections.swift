import Connections
import HTTPServing
import Model
import Persistence

/// `GET …/connections`: the connections of an organization, and on request of those below it. Nothing is opened for it.
struct ListConnections: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/connections", "listConnections", .permission(.connectionsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let descendants = try call.query.includesDescendants()
        let service = api.connections.service
        let listing = try await api.store.read(as: call.actor) { [actor = call.actor] tx in
            try service.list(in: organization, includeDescendants: descendants, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0, knownBy: service) } }
    }
}
