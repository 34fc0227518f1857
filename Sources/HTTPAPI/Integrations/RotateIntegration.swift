import CredentialFormat
import Credentials
import HTTPServing
import Model

/// `POST …/integrations/{integration_id}/rotate`: 200 with another client secret, this once.
struct RotateIntegration: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/integrations/{integration_id}/rotate", "rotateIntegration",
        .permission(.integrationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        let body = try await call.optionalBody()
        let input = try IntegrationRotation.input(body)
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply { wanted in
                try api.integrations.rotate(
                    id, in: organization, overlapSeconds: wanted.rotation.overlapSeconds,
                    endsTokens: wanted.endsTokens, force: wanted.rotation.force, as: actor, tx: tx)
            }
            return .ok(revision: issued.credential.revision) { json in
                issued.credential.write(to: &json)
                json.clientSecret(of: issued)
            }
        }
    }
}
