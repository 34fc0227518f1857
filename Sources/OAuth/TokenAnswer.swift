package import Model

/// What the token endpoint answers.
package enum TokenAnswer: Sendable {
    case issued(IssuedToken)
    /// The database decides: ``TokenEndpoint/perform(_:for:requestID:)``.
    case exchange(TokenExchange)
}

/// A code or a refresh token that an authenticated app wants to exchange.
package struct TokenExchange: Sendable {
    enum Presented: Sendable {
        case code(AuthorizationCodeGrant.Request)
        case refreshToken(RefreshTokenGrant.Request, RefreshTokenGrant.Opened)
    }

    let presented: Presented
    let app: App

    /// What the access token is to look like.
    package var format: TokenFormat { app.tokenFormat }

    /// By what.
    package var grantType: GrantType { request.grantType }

    /// What was asked.
    var request: TokenRequest {
        switch presented {
        case .code(let request): .authorizationCode(request)
        case .refreshToken(let request, _): .refreshToken(request)
        }
    }
}
