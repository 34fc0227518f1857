import Policy
package import ProductDefinition

/// What `GET /.well-known/oauth-authorization-server` says (RFC 8414 §2). From configuration alone (law 13).
package struct ServerMetadata: Sendable {
    package let issuer: String
    package let tokenEndpoint: String
    package let introspectionEndpoint: String
    package let revocationEndpoint: String
    package let jwksURI: String
    package let scopes: [String]
    package let grantTypes = TokenRequest.grantTypes
    package let authenticationMethods = [ClientClaim.Method.basic, .post].map(\.rawValue)
    package let serviceDocumentation: String?

    /// Each endpoint under its first configured path.
    package init(issuer: String, product: Product) {
        self.issuer = issuer
        tokenEndpoint = issuer + (product.endpoints.token.first ?? "/oauth2/token")
        introspectionEndpoint = issuer + (product.endpoints.introspect.first ?? "/oauth2/introspect")
        revocationEndpoint = issuer + (product.endpoints.revoke.first ?? "/oauth2/revoke")
        jwksURI = issuer + (product.endpoints.jwks.first ?? "/oauth2/jwks")
        scopes = product.scopes.all.scopes.map(\.name)
        serviceDocumentation = product.supportLink
    }
}
