import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `POST …/apps/{app_id}/disable`: 200; it, and every token that was issued to it, is refused until it is enabled again.
struct DisableApp: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/apps/{app_id}/disable", "disableApp",
        .permission(.appsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<App> = try call.id("app_id")
        try await call.optionalBody().read { _ in }
        let app = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.apps.disable(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: app.revision, app.write)
    }
}
