import CredentialFormat
import Credentials
import HTTPServing
import Model
import Policy

extension App {
    /// What the API tells of it, in the words of RFC 7591 §2 where that has one.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("client_id", id)
        json.member("organization_id", organization)
        json.member("name", name)
        json.member("available_to", availability.rawValue)
        json.member("token_endpoint_auth_method", authentication.only?.rawValue)
        json.member("require_pkce", requiresPKCE)
        json.member("redirect_uris", redirectURIs.map(\.text))
        json.member("post_logout_redirect_uris", signedOutURIs.map(\.text))
        json.member("scopes", scopes)
        json.member("logo_uri", links.logo?.text)
        json.member("client_uri", links.homepage?.text)
        json.member("policy_uri", links.policy?.text)
        json.member("tos_uri", links.terms?.text)
        json.member("access_token_seconds", accessTokenSeconds)
        json.member("refresh_token_seconds", refreshTokenSeconds)
        json.member("token_format", tokenFormat.rawValue)
        json.member("id_token_signed_response_alg", idTokenAlgorithm.rawValue)
        json.member("call_limit", callLimit?.description)
        json.member("state", state.rawValue)
        json.member("created_at", createdAt)
        json.member("created_by", createdBy)
        json.member("disabled_at", disabling?.at)
        json.member("disabled_by", disabling?.by)
        json.member("revision", revision)
        json.warnings([AccessToken.warning(of: accessTokenSeconds)])
    }
}
