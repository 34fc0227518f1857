import Tokens
package import Verification

/// `POST /oauth2/token` (RFC 6749 §3.2): the phases that all grants share, in an order that none can skip.
package struct TokenEndpoint: Sendable {
    private let authenticator: ClientAuthenticator
    private let clientCredentials: ClientCredentialsGrant
    private let issuer: TokenIssuer

    package init(authenticator: ClientAuthenticator, audiences: AudiencePolicy, issuer: TokenIssuer) {
        self.authenticator = authenticator
        clientCredentials = ClientCredentialsGrant(audiences: audiences)
        self.issuer = issuer
    }

    /// The token, or what is missing to tell. Memory alone is asked.
    ///
    /// - Throws: ``OAuthError``, ``TokenError``.
    package func answer(_ request: OAuthRequest, findings: Findings) throws -> Partial<IssuedToken> {
        let tokenRequest = try TokenRequest(parsing: request.form)
        let client: AuthenticatedClient
        switch try authenticator.authenticate(
            request.claim, from: request.address, at: request.now, findings: findings)
        {
        case .missing(let missing): return .missing(missing)
        case .answer(let authenticated): client = authenticated
        }
        let access =
            switch tokenRequest {
            case .clientCredentials(let grant):
                try clientCredentials.authorize(grant, for: client, findings: findings)
            }
        switch access {
        case .missing(let missing): return .missing(missing)
        case .answer(let access): return .answer(try issue(access, for: request))
        }
    }

    private func issue(_ access: GrantedAccess, for request: OAuthRequest) throws -> IssuedToken {
        do {
            return try issuer.issue(access, at: request.now)
        } catch TokenError.unrepresentable {
            throw OAuthError(.invalidScope, "So many scopes do not fit into a token; ask for fewer.")
        }
    }
}
