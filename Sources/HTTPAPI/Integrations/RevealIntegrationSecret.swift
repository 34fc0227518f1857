import CredentialFormat
import Credentials
import Events
import HTTPServing
import Model
import Persistence

/// `POST …/integrations/{integration_id}/reveal`: 200 with the client secret in force, where the product keeps it. The look is in
/// the audit log before anybody sees it.
struct RevealIntegrationSecret: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/integrations/{integration_id}/reveal",
        "revealIntegrationSecret",
        .permission(.integrationsReveal))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        try await call.optionalBody().read { _ in }
        let revealed = try await api.store.write(as: call.actor) {
            [api, actor = call.actor, lineage = call.lineage] tx in
            let presence = try tx.presence(by: lineage)
            return try api.integrations.reveal(id, in: organization, presence: presence, as: actor, tx: tx)
        }
        return .ok { json in
            json.member("client_id", revealed.integration.id)
            json.member("client_secret", revealed.secret)
        }
    }
}
