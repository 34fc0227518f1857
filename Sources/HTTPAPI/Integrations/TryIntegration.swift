import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence
import Verification

/// `POST …/integrations/{integration_id}/try`: what a token of the integration would be answered now. Changes nothing.
struct TryIntegration: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/integrations/{integration_id}/try", "tryIntegration",
        .permission(.integrationsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        let input = try await call.optionalBody().input { CredentialTrial.Draft(&$0) }
        let outcome = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            let integration = try api.integrations.get(id, in: organization, as: actor, tx: tx)
            return try input.apply { try api.trial.outcome(of: integration, $0, at: api.now(), tx: tx) }
        }
        return .ok { outcome.write(to: &$0) }
    }
}
