import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `POST …/apps/{app_id}/enable`: 200; a disabled app is accepted again.
struct EnableApp: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/apps/{app_id}/enable", "enableApp",
        .permission(.appsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<App> = try call.id("app_id")
        try await call.optionalBody().read { _ in }
        let app = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.apps.enable(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: app.revision, app.write)
    }
}
