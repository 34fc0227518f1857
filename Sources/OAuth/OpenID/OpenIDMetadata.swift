import Model
import Policy
package import ProductDefinition

/// What `GET /.well-known/openid-configuration` says (OpenID Connect Discovery §3). From configuration alone (law 13).
package struct OpenIDMetadata: Sendable {
    /// What it shares with the metadata of RFC 8414.
    package let server: ServerMetadata
    package let authorizationEndpoint: String
    package let userInfoEndpoint: String
    package let endSessionEndpoint: String
    package let scopes: [String]
    package let responseTypes = ["code"]
    package let responseModes = ["query", "form_post"]
    package let subjectTypes = ["public"]
    package let idTokenAlgorithms = App.IDTokenAlgorithm.allCases.map(\.rawValue)
    package let authenticationMethods = ClientAuthenticationMethod.allCases.map(\.rawValue)
    package let codeChallengeMethods = ["S256"]
    package let prompts = ["none", "login", "consent"]
    package let claims = [
        "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "name", "email", "email_verified",
        "organization_id", "organization_name", "account_id",
    ]

    /// Each endpoint under its first configured path.
    package init(server: ServerMetadata, product: Product) {
        self.server = server
        let issuer = server.issuer
        authorizationEndpoint = issuer + (product.endpoints.authorize.first ?? "/oauth2/authorize")
        userInfoEndpoint = issuer + (product.endpoints.userinfo.first ?? "/oauth2/userinfo")
        endSessionEndpoint = issuer + "/oauth2/logout"
        let identity = IdentityScope.allCases.map(\.rawValue)
        scopes = identity + server.scopes.filter { !identity.contains($0) }
    }
}
