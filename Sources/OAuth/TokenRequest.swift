import Policy

/// A request at the token endpoint, by its grant: one case each. After this nobody reads the form again.
package enum TokenRequest: Sendable {
    case clientCredentials(ClientCredentialsGrant.Request)
    case authorizationCode(AuthorizationCodeGrant.Request)
    case refreshToken(RefreshTokenGrant.Request)

    /// - Throws: ``OAuthError``: `unsupported_grant_type`, or what the grant's own parsing throws.
    package init(parsing form: Form) throws(OAuthError) {
        guard let word = form["grant_type"] else {
            throw OAuthError(.invalidRequest, "grant_type is missing.")
        }
        guard let grantType = GrantType(rawValue: word) else {
            throw OAuthError(.unsupportedGrantType, "This grant type is not offered.")
        }
        switch grantType {
        case .clientCredentials: self = .clientCredentials(try .init(parsing: form))
        case .authorizationCode: self = .authorizationCode(try .init(parsing: form))
        case .refreshToken: self = .refreshToken(try .init(parsing: form))
        }
    }

    /// Which of them it is.
    var grantType: GrantType {
        switch self {
        case .clientCredentials: .clientCredentials
        case .authorizationCode: .authorizationCode
        case .refreshToken: .refreshToken
        }
    }

    /// Those that it names, nil for all that there may be.
    var scopes: ScopeSet? {
        switch self {
        case .clientCredentials(let request): request.scopes
        case .authorizationCode: nil
        case .refreshToken(let request): request.scopes
        }
    }
}
