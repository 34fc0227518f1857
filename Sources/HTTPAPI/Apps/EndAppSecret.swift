import CredentialFormat
import Credentials
import Model
import Persistence

/// `DELETE …/apps/{app_id}/secrets/{secret_id}`: 204; the older of two secrets ends now.
struct EndAppSecret: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/apps/{app_id}/secrets/{secret_id}",
        "endAppSecret",
        .permission(.appsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        try call.requireNoTag()
        let organization = try call.organization()
        let id: ID<App> = try call.id("app_id")
        let secretID: ID<ClientSecret> = try call.id("secret_id")
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.apps.endSecret(secretID, of: id, in: organization, as: actor, tx: tx)
        }
        return .noContent
    }
}
