import Credentials
import HTTPServing
import Model

/// `POST …/apps`: 201 with an app and, unless it is public, its client secret, this once.
struct CreateApp: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/apps", "createApp", .permission(.appsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let body = try await call.body()
        let input = try body.input { fields in
            AppDraft(
                name: fields.required("name", .text), redirectURIs: fields.required("redirect_uris", .texts),
                scopes: fields.required("scopes", .texts),
                authenticationMethod: fields.optional("token_endpoint_auth_method", .text),
                requiresPKCE: fields.optional("require_pkce", .flag),
                postLogoutRedirectURIs: fields.optional("post_logout_redirect_uris", .texts) ?? [],
                availableTo: fields.optional("available_to", .text), logoURI: fields.optional("logo_uri", .text),
                clientURI: fields.optional("client_uri", .text), policyURI: fields.optional("policy_uri", .text),
                termsURI: fields.optional("tos_uri", .text),
                accessTokenSeconds: fields.optional("access_token_seconds", .wholeNumber),
                refreshTokenSeconds: fields.optional("refresh_token_seconds", .wholeNumber),
                tokenFormat: fields.optional("token_format", .text),
                idTokenAlgorithm: fields.optional("id_token_signed_response_alg", .text),
                callLimit: fields.optional("call_limit", .text))
        }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let (app, issued) = try input.apply { try api.apps.create($0, in: organization, as: actor, tx: tx) }
            let location = "/api/v1/organizations/\(organization)/apps/\(app.id)"
            return .created(at: location, revision: app.revision) { json in
                app.write(to: &json)
                json.clientSecret(of: issued)
            }
        }
    }
}
