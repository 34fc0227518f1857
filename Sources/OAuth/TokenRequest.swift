/// A request at the token endpoint, by its grant: one case each. After this nobody reads the form again.
package enum TokenRequest: Sendable {
    case clientCredentials(ClientCredentialsGrant.Request)
    case authorizationCode(AuthorizationCodeGrant.Request)
    case refreshToken(RefreshTokenGrant.Request)

    /// - Throws: ``OAuthError``: `unsupported_grant_type`, or what the grant's own parsing throws.
    package init(parsing form: Form) throws(OAuthError) {
        guard let grantType = form["grant_type"] else {
            throw OAuthError(.invalidRequest, "grant_type is missing.")
        }
        switch grantType {
        case ClientCredentialsGrant.grantType: self = .clientCredentials(try .init(parsing: form))
        case AuthorizationCodeGrant.grantType: self = .authorizationCode(try .init(parsing: form))
        case RefreshTokenGrant.grantType: self = .refreshToken(try .init(parsing: form))
        default: throw OAuthError(.unsupportedGrantType, "This grant type is not offered.")
        }
    }

    /// All that are offered, for the metadata.
    package static let grantTypes = [
        AuthorizationCodeGrant.grantType, RefreshTokenGrant.grantType, ClientCredentialsGrant.grantType,
    ]
}
