import CredentialFormat
import Credentials
import Model
import Persistence

/// `DELETE …/integrations/{integration_id}`: 204. Its secrets and tokens are worthless from the reply on.
struct DeleteIntegration: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/integrations/{integration_id}", "deleteIntegration",
        .permission(.integrationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        let revision = try call.expectedRevision()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.integrations.delete(id, in: organization, expecting: revision, as: actor, tx: tx)
        }
        return .noContent
    }
}
