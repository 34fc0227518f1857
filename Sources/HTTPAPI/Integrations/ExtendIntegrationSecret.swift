import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `PATCH …/integrations/{integration_id}/secrets/{secret_id}`: another end for the older of two secrets.
struct ExtendIntegrationSecret: Endpoint {
    static let route = Route(
        .patch, "/api/v1/organizations/{organization_id}/integrations/{integration_id}/secrets/{secret_id}",
        "extendIntegrationSecret",
        .permission(.integrationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        try call.requireNoTag()
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        let secretID: ID<ClientSecret> = try call.id("secret_id")
        let input = try await call.body().input { $0.edit("expires_at", .time) }
        let secret = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply { end in
                try api.integrations.extendSecret(secretID, of: id, in: organization, until: end, as: actor, tx: tx)
            }
        }
        return .ok { secret.write(to: &$0) }
    }
}
