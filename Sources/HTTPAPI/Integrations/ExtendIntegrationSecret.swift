import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `PATCH …/integrations/{integration_id}/secrets/{secret_id}`: another end for the older of two secrets; a quarantine, or its end.
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
        let input = try await call.body().input { ClientSecretEdit(&$0) }
        let secret = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply { edit in
                if edit.isQuarantined == nil || edit.expiresAt != nil {
                    _ = try api.integrations.extendSecret(
                        secretID, of: id, in: organization, until: edit.expiresAt, as: actor, tx: tx)
                }
                switch edit.isQuarantined {
                case nil: break
                case true?: try api.integrations.quarantineSecret(secretID, of: id, in: organization, as: actor, tx: tx)
                case false?: try api.integrations.releaseSecret(secretID, of: id, in: organization, as: actor, tx: tx)
                }
                return try api.integrations.secret(secretID, of: id, in: organization, as: actor, tx: tx)
            }
        }
        return .ok { secret.write(to: &$0) }
    }
}
