import Credentials
import HTTPServing
import Model

/// `POST …/apps`: 201 with an app and its client secret, this once.
struct CreateApp: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/apps", "createApp",
        .permission(.appsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let body = try await call.body()
        let draft = try body.read { fields in
            AppDraft(
                label: fields.required("label", .text), scopes: fields.required("scopes", .texts),
                allowedAddresses: fields.optional("allowed_addresses", .texts),
                accessTokenSeconds: fields.optional("access_token_seconds", .wholeNumber),
                tokenFormat: fields.optional("token_format", .text))
        }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try api.apps.create(draft, in: organization, as: actor, tx: tx)
            let app = issued.credential
            let location = "/api/v1/organizations/\(organization)/apps/\(app.id)"
            return .created(at: location, revision: app.revision) { json in
                app.write(to: &json)
                json.clientSecret(of: issued)
            }
        }
    }
}
