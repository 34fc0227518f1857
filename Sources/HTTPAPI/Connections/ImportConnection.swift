import Connections
import CredentialFormat
import HTTPServing
import HTTPTypes
import Model
import Persistence

/// `POST …/connections/import`: 201 with a connection of tokens that another system held, once the provider has shown that they work;
/// 200 where the account was connected already, whose connection has them now.
struct ImportConnection: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/connections/import", "importConnection",
        .permission(.connectionsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let body = try await call.body()
        let input = try body.input { fields in
            ImportDraft(
                provider: fields.required("provider", .text), name: fields.optional("name", .text),
                accessToken: fields.optional("access_token", .text),
                refreshToken: fields.optional("refresh_token", .text),
                accessExpiresAt: fields.optional("access_expires_at", .time),
                refreshExpiresAt: fields.optional("refresh_expires_at", .time),
                consentedAt: fields.optional("consented_at", .time),
                variables: fields.optional("variables", .textMap) ?? [:],
                metadata: fields.optional("metadata", .textMap) ?? [:])
        }
        let service = api.connections.service
        try await api.admitNewConnection(by: call.actor, in: organization)
        if let reply = try await api.keptReply(to: call, body) { return reply }
        let draft = try input.checked()
        guard service.offers(draft.provider) else {
            throw Refusal.invalid([InvalidField("provider", "unknown", "Is no provider that is offered here.")])
        }
        let outcome = try await service.adopt(draft, in: organization, as: call.actor)
        switch outcome {
        case .connected(let account): return try await api.keep(reply(account, in: organization), to: call, body)
        // Nobody is asked, so nobody says no.
        case .denied: throw Refusal.conflict(code: "connect_refused", explanation: "The provider refused.")
        case .failed(let failure): throw failure.problem
        }
    }

    private func reply(_ account: ConnectedAccount, in organization: ID<Organization>) -> Reply {
        let connection = account.connection
        let body = JSONWriter.object { json in
            connection.write(to: &json, knownBy: api.connections.service)
            json.member("way", account.way.rawValue)
            json.member("missing_scopes", account.missingScopes)
            json.member("seems_to_be_in_testing", account.isOfTestingMode)
        }
        return Reply(
            status: account.way == .created ? .created : .ok,
            location: account.way == .created
                ? "/api/v1/organizations/\(organization)/connections/\(connection.id)" : nil, body: body)
    }
}
