import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `PATCH …/apps/{app_id}`: what is left out stays as it is.
struct EditApp: Endpoint {
    static let route = Route(
        .patch, "/api/v1/organizations/{organization_id}/apps/{app_id}", "editApp",
        .permission(.appsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<App> = try call.id("app_id")
        let revision = try call.expectedRevision()
        let edit = try await call.body().read { fields in
            AppEdit(
                label: fields.edit("label", .text), scopes: fields.edit("scopes", .texts),
                allowedAddresses: fields.clearableEdit("allowed_addresses", .texts),
                accessTokenSeconds: fields.clearableEdit("access_token_seconds", .wholeNumber),
                tokenFormat: fields.edit("token_format", .text))
        }
        let app = try await api.store.write { [api, actor = call.actor] tx in
            try api.apps.edit(id, in: organization, edit, expecting: revision, as: actor, tx: tx)
        }
        return .ok(revision: app.revision, app.write)
    }
}
