import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/apps/{app_id}/secrets`: what is known of the secrets that work, never the secrets.
struct ListAppSecrets: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/apps/{app_id}/secrets", "listAppSecrets",
        .permission(.appsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<App> = try call.id("app_id")
        let secrets = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.apps.secrets(of: id, in: organization, as: actor, tx: tx)
        }
        return .ok { $0.listing(Listing(items: secrets, next: nil), of: call.list) { $1.write(to: &$0) } }
    }
}
