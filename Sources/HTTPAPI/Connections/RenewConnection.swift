import Connections
import CredentialFormat
import HTTPServing
import Model

/// `POST …/connections/{connection_id}/renew`: 200 with what came of a renewal that does not wait for the schedule.
struct RenewConnection: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/connections/{connection_id}/renew", "renewConnection",
        .permission(.connectionsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Connection> = try call.id("connection_id")
        try await call.optionalBody().read { _ in }
        let service = api.connections.service
        let (connection, outcome) = try await service.renew(id, in: organization, as: call.actor)
        return .ok { json in
            connection.write(to: &json, knownBy: service)
            json.member("outcome", outcome.name)
            json.member("error", outcome.code)
            json.member("retry_after_seconds", outcome.wait)
        }
    }
}

extension WantedRenewal {
    fileprivate var name: String {
        switch self {
        case .renewed: "renewed"
        case .unchanged: "unchanged"
        case .underWay: "under_way"
        case .postponed: "postponed"
        case .throttled: "throttled"
        case .failed: "failed"
        }
    }

    fileprivate var code: String? {
        if case .failed(let code) = self { code } else { nil }
    }

    fileprivate var wait: Int? {
        if case .throttled(let seconds) = self { seconds } else { nil }
    }
}
