import Connections
import CredentialFormat
import HTTPServing
import Model
import Persistence

/// `POST …/connections/{connection_id}/disconnect`: 200 with the receipt. Access is given back at the provider as wished, and all that
/// was sealed is destroyed.
struct DisconnectConnection: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/connections/{connection_id}/disconnect",
        "disconnectConnection", .permission(.connectionsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Connection> = try call.id("connection_id")
        let input = try await call.optionalBody().input { $0.optional("revoke", .text) }
        let service = api.connections.service
        try await api.store.read(as: call.actor) { [actor = call.actor] tx in
            try service.admit(actor, to: id, in: organization, tx: tx)
        }
        let text = try input.checked() ?? RevocationWish.unlessOthersEnd.rawValue
        guard let wish = RevocationWish(rawValue: text) else {
            let words = RevocationWish.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal.invalid([InvalidField("revoke", "unknown", "Must be one of \(words).")])
        }
        switch try await service.disconnect(id, in: organization, revoking: wish, as: call.actor) {
        case .disconnected(let connection, let end, let receipt):
            return .ok { json in
                connection.write(to: &json, knownBy: service)
                json.member("at_provider", end.rawValue)
                json.receipt(receipt)
            }
        case .notRevoked(let failure): throw failure.problem
        }
    }
}
