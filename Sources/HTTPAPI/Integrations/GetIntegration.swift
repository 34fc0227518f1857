import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/integrations/{integration_id}`
struct GetIntegration: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/integrations/{integration_id}", "getIntegration",
        .permission(.integrationsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        let integration = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.integrations.get(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: integration.revision, integration.write)
    }
}
