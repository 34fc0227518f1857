import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/apps/{app_id}`
struct GetApp: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/apps/{app_id}", "getApp",
        .permission(.appsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<App> = try call.id("app_id")
        let app = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.apps.get(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: app.revision, app.write)
    }
}
