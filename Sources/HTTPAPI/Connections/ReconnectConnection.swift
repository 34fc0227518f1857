import Connections
import CredentialFormat
import HTTPServing
import Model
import Persistence

/// `POST …/connections/{connection_id}/reconnect`: 201 with the address to which the person is sent who consents once more. The
/// connection keeps its identifier, what is below it and its history.
struct ReconnectConnection: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/connections/{connection_id}/reconnect", "reconnectConnection",
        .permission(.connectionsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Connection> = try call.id("connection_id")
        let input = try await call.body().input { $0.required("session_id", .text) }
        let service = api.connections.service
        try await api.store.read(as: call.actor) { [actor = call.actor] tx in
            try service.admit(actor, to: id, in: organization, tx: tx)
        }
        let session = try ConnectSession(try input.checked(), provider: nil, of: service)
        let address = try await service.reconnect(id, in: organization, session: session.text, as: call.actor)
        return .consent(at: address, until: api.now())
    }
}
