import Connections
import CredentialFormat
import HTTPServing
import Model

/// `GET …/connections/{connection_id}/token`: its access token, which is renewed first where too little of its life is left. Never a
/// refresh token.
struct GetConnectionToken: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/connections/{connection_id}/token", "getConnectionToken",
        .permission(.connectionsUse))
    let api: ManagementAPI

    private static let standardSeconds = 60
    private static let mostSeconds = 3600

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Connection> = try call.id("connection_id")
        let wish = ConnectionUse.Wish(
            seconds: try call.query.number("min_ttl", to: Self.mostSeconds) ?? Self.standardSeconds,
            refused: try call.query.number("refused_generation", to: Int(Int32.max)),
            child: try call.query.single("child"))
        let token: UsableToken
        do {
            token = try await api.connections.token(of: id, in: organization, wish, as: call.actor)
        } catch let failure as UseFailure {
            throw ProblemDocument(failure)
        }
        return .ok { json in
            json.member("connection_id", token.connection.id)
            json.member("provider", token.connection.provider)
            json.member("access_token", token.token)
            json.member("expires_at", token.expiresAt)
            json.member("expires_in", token.expiresAt.map { max(0, $0.seconds(since: api.now())) })
            json.member("scopes", token.connection.scopes)
            json.member("generation", token.connection.generation)
        }
    }
}

extension QueryParameters {
    /// A whole number from 0 on, nil where it is not given.
    fileprivate func number(_ name: String, to most: Int) throws(ProblemDocument) -> Int? {
        guard let text = try single(name) else { return nil }
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), number <= most
        else { throw .badParameter(name, "must be a whole number from 0 to \(most).") }
        return number
    }
}
