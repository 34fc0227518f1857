import Model
package import Policy
package import ProductDefinition

/// What `GET /.well-known/oauth-authorization-server` says (RFC 8414 §2). From configuration alone (law 13).
package struct ServerMetadata: Sendable {
    /// Where the endpoints below are.
    package let address: PublicAddress
    package var issuer: String { address.issuer }
    package let authorizationEndpoint: String
    package let tokenEndpoint: String
    package let introspectionEndpoint: String
    package let revocationEndpoint: String
    package let jwksURI: String
    package let scopes: [String]
    package let grantTypes = GrantType.allCases.map(\.rawValue)
    package let responseTypes = [ResponseTypeCheck.supported]
    package let responseModes = AuthorizationResponse.Mode.allCases.map(\.rawValue)
    package let codeChallengeMethods = [PKCECheck.method]
    /// At the token and revocation endpoints, where public apps come too.
    package let authenticationMethods = [ClientAuthenticationMethod.basic, .post, .none].map(\.rawValue)
    /// At the introspection endpoint, where they do not.
    package let provingMethods = [ClientAuthenticationMethod.basic, .post].map(\.rawValue)
    package let serviceDocumentation: String?

    /// Each endpoint under its first configured path.
    package init(issuer: String, product: Product) {
        let address = PublicAddress(issuer: issuer)
        self.address = address
        authorizationEndpoint = address.url(product.endpoints.publicPath(of: .authorize))
        tokenEndpoint = address.url(product.endpoints.publicPath(of: .token))
        introspectionEndpoint = address.url(product.endpoints.publicPath(of: .introspect))
        revocationEndpoint = address.url(product.endpoints.publicPath(of: .revoke))
        jwksURI = address.url(product.endpoints.publicPath(of: .keySet))
        scopes = IdentityScope.allCases.map(\.rawValue) + product.scopes.all.scopes.map(\.name)
        serviceDocumentation = product.supportLink
    }
}
