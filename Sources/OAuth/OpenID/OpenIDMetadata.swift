import Model
import Policy
package import ProductDefinition

/// What `GET /.well-known/openid-configuration` says (OpenID Connect Discovery §3), and with it the metadata of RFC 8414,
/// which allows further members. From configuration alone (law 13).
package struct OpenIDMetadata: Sendable {
    package let server: ServerMetadata
    package let userInfoEndpoint: String
    package let endSessionEndpoint: String
    package let subjectTypes = ["public"]
    package let idTokenAlgorithms = App.IDTokenAlgorithm.allCases.map(\.rawValue)
    package let acrValues = SignInLevel.allCases.map(\.rawValue)
    package let claims = [
        "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "acr", "amr", "sid", "name",
        "preferred_username", "email", "email_verified", "organization_id", "organization_name", "account_id",
    ]

    /// Each endpoint under its first configured path.
    package init(server: ServerMetadata, product: Product) {
        self.server = server
        userInfoEndpoint = server.address.url(product.endpoints.publicPath(of: .userinfo))
        endSessionEndpoint = server.address.url(product.endpoints.publicPath(of: .logout))
    }
}
