import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `POST …/integrations/{integration_id}/enable`: 200; a disabled integration is accepted again.
struct EnableIntegration: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/integrations/{integration_id}/enable", "enableIntegration",
        .permission(.integrationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        try await call.optionalBody().read { _ in }
        let integration = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.integrations.enable(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: integration.revision, integration.write)
    }
}
