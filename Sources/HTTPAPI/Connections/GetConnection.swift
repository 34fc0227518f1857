import Connections
import CredentialFormat
import HTTPServing
import Model
import Persistence

/// `GET …/connections/{connection_id}`: how it is and why, what is below it, and what is promised for it.
struct GetConnection: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/connections/{connection_id}", "getConnection",
        .permission(.connectionsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Connection> = try call.id("connection_id")
        let service = api.connections.service
        let account = try await api.store.read(as: call.actor) { [actor = call.actor] tx in
            try service.account(of: id, in: organization, as: actor, tx: tx)
        }
        return .ok { account.write(to: &$0, knownBy: service) }
    }
}
