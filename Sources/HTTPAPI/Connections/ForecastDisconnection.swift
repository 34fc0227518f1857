import Connections
import CredentialFormat
import HTTPServing
import Model

/// `GET …/connections/{connection_id}/disconnection`: what ending it would do, here and at the provider. Nothing is done.
struct ForecastDisconnection: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/connections/{connection_id}/disconnection",
        "forecastDisconnection", .permission(.connectionsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Connection> = try call.id("connection_id")
        let forecast = try await api.connections.service.forecast(ofEnding: id, in: organization, as: call.actor)
        return .ok { json in
            json.member("connection_id", forecast.connection.id)
            json.member("at_provider", forecast.atProvider.rawValue)
            json.children(forecast.children)
            json.name("others")
            json.array(forecast.others) { json, other in
                json.object { json in
                    json.member("id", other.id)
                    json.member("organization_id", other.organization)
                    json.member("name", other.name)
                }
            }
            json.member("has_hidden_others", forecast.hasHiddenOthers)
        }
    }
}
