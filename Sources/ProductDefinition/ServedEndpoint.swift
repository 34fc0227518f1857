/// Where what programs call answers: every canonical path, once. Routes, metadata, pages and the checks of a product's further
/// paths take it from here.
package enum ServedEndpoint: String, Sendable, CaseIterable {
    case authorize = "/oauth2/authorize"
    case token = "/oauth2/token"
    case introspect = "/oauth2/introspect"
    case revoke = "/oauth2/revoke"
    case userinfo = "/oauth2/userinfo"
    case logout = "/oauth2/logout"
    case keySet = "/oauth2/jwks"
    case serverMetadata = "/.well-known/oauth-authorization-server"
    case openIDConfiguration = "/.well-known/openid-configuration"
    case verify = "/verify"
    /// Where whoever holds a credential ends it.
    case selfRevoke = "/self-revoke"
    /// Where a partner that searches for leaked secrets reports them.
    case secretScanning = "/secret-scanning/report"
    case revocationFeed = "/api/v1/revocation-feed"
    case alive = "/healthz"
    case ready = "/readyz"
    case openAPIYAML = "/openapi.yaml"
    case openAPIJSON = "/openapi.json"

    /// The path as text.
    package var path: String { rawValue }

    /// A path below it.
    package func below(_ rest: String) -> String { "\(rawValue)/\(rest)" }
}
