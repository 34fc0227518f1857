import CredentialFormat
import Credentials
import Model
import Persistence

/// `DELETE …/apps/{app_id}`: 204. Its secrets, its tokens and what users granted it are worthless from the
/// reply on.
struct DeleteApp: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/apps/{app_id}", "deleteApp",
        .permission(.appsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<App> = try call.id("app_id")
        let revision = try call.expectedRevision()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.apps.delete(id, in: organization, expecting: revision, as: actor, tx: tx)
        }
        return .noContent
    }
}
