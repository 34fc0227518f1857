import CredentialFormat
import Credentials
import Model
import Persistence

/// `DELETE …/integrations/{integration_id}/secrets/{secret_id}`: 204; the older of two secrets ends now.
struct EndIntegrationSecret: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/integrations/{integration_id}/secrets/{secret_id}",
        "endIntegrationSecret",
        .permission(.integrationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        try call.requireNoTag()
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        let secretID: ID<ClientSecret> = try call.id("secret_id")
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.integrations.endSecret(secretID, of: id, in: organization, as: actor, tx: tx)
        }
        return .noContent
    }
}
