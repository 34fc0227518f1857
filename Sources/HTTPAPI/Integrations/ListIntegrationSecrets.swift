import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/integrations/{integration_id}/secrets`: what is known of the secrets that work, never the secrets.
struct ListIntegrationSecrets: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/integrations/{integration_id}/secrets", "listIntegrationSecrets",
        .permission(.integrationsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        let secrets = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.integrations.secrets(of: id, in: organization, as: actor, tx: tx)
        }
        return .ok { $0.listing(Listing(items: secrets, next: nil), of: call.list) { $1.write(to: &$0) } }
    }
}
