import Connections
import CredentialFormat
import HTTPServing
import Model
import Persistence

/// `GET …/connections/{connection_id}/events`: what became of it, newest first.
struct ListConnectionEvents: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/connections/{connection_id}/events", "listConnectionEvents",
        .permission(.connectionsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Connection> = try call.id("connection_id")
        let page = try call.page()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.connections.service.events(of: id, in: organization, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
