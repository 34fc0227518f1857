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
        let input = try await call.body().input { fields in
            AppEdit(
                name: fields.edit("name", .text), redirectURIs: fields.edit("redirect_uris", .texts),
                scopes: fields.edit("scopes", .texts),
                authenticationMethod: fields.clearableEdit("token_endpoint_auth_method", .text),
                requiresPKCE: fields.edit("require_pkce", .flag),
                postLogoutRedirectURIs: fields.edit("post_logout_redirect_uris", .texts),
                availableTo: fields.edit("available_to", .text), logoURI: fields.clearableEdit("logo_uri", .text),
                clientURI: fields.clearableEdit("client_uri", .text),
                policyURI: fields.clearableEdit("policy_uri", .text),
                termsURI: fields.clearableEdit("tos_uri", .text),
                accessTokenSeconds: fields.clearableEdit("access_token_seconds", .wholeNumber),
                refreshTokenSeconds: fields.clearableEdit("refresh_token_seconds", .wholeNumber),
                tokenFormat: fields.edit("token_format", .text),
                idTokenAlgorithm: fields.edit("id_token_signed_response_alg", .text),
                callLimit: fields.clearableEdit("call_limit", .text))
        }
        let app = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply { try api.apps.edit(id, in: organization, $0, expecting: revision, as: actor, tx: tx) }
        }
        return .ok(revision: app.revision, app.write)
    }
}
