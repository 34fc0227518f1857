import Model
package import Persistence
package import ProductDefinition
package import Tokens
package import Verification

/// `POST /oauth2/token` (RFC 6749 §3.2): the phases that all grants share, in an order that none can skip.
package struct TokenEndpoint: Sendable {
    private let authenticator: ClientAuthenticator
    private let clientCredentials: ClientCredentialsGrant
    private let codes: AuthorizationCodeGrant
    private let refreshes: RefreshTokenGrant
    private let issuer: TokenIssuer

    package init(
        authenticator: ClientAuthenticator, audiences: AudiencePolicy, issuer: TokenIssuer, store: any Store,
        keyRing: KeyRing, product: Product, verifier: CredentialVerifier
    ) {
        self.authenticator = authenticator
        self.issuer = issuer
        clientCredentials = ClientCredentialsGrant(
            audiences: audiences, verifier: verifier, accessKeys: product.policy.accessKeys)
        let tokens = AppTokenIssuer(audiences: audiences, issuer: issuer, keyRing: keyRing, product: product)
        codes = AuthorizationCodeGrant(store: store, tokens: tokens, product: product)
        refreshes = RefreshTokenGrant(store: store, tokens: tokens, verifier: verifier, product: product)
    }

    /// The token, what the database has to decide, or what is missing to tell. Memory alone is asked.
    ///
    /// - Throws: ``OAuthError``, ``TokenError``.
    package func answer(_ request: inout OAuthRequest, findings: Findings) throws -> Partial<TokenAnswer> {
        let tokenRequest = try TokenRequest(parsing: request.form)
        let client: AuthenticatedClient
        switch try authenticator.authenticate(&request, findings: findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(let authenticated): client = authenticated
        }
        switch tokenRequest {
        case .clientCredentials(let grant):
            switch try clientCredentials.authorize(grant, for: client, findings: findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(let access):
                let issued = try issue(access, for: request)
                request.usedAccessKey = access.accessKey?.usage
                return .answer(.issued(issued))
            }
        case .authorizationCode(let grant):
            return .answer(.exchange(TokenExchange(presented: .code(grant), app: try app(client))))
        case .refreshToken(let grant):
            let app = try app(client)
            switch try refreshes.open(grant, findings: findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(let opened):
                return .answer(.exchange(TokenExchange(presented: .refreshToken(grant, opened), app: app)))
            }
        }
    }

    /// Makes an exchange. When this returns it is on disk.
    ///
    /// - Throws: ``OAuthError``, ``TokenError``, ``StoreError``.
    package func perform(
        _ exchange: TokenExchange, for request: OAuthRequest, requestID: String
    ) async throws -> AppTokens {
        let origin = RequestOrigin(requestID: requestID, address: request.address)
        do {
            switch exchange.presented {
            case .code(let grant):
                return try await codes.exchange(grant, by: exchange.app, from: origin, at: request.now)
            case .refreshToken(let grant, let opened):
                return try await refreshes.exchange(grant, opened, by: exchange.app, from: origin, at: request.now)
            }
        } catch TokenError.unrepresentable {
            throw Self.tooLarge
        }
    }

    private func app(_ client: AuthenticatedClient) throws(OAuthError) -> App {
        guard let app = client.known.app else {
            throw OAuthError(.unauthorizedClient, "Only an app may use this grant.")
        }
        return app
    }

    private func issue(_ access: GrantedAccess, for request: OAuthRequest) throws -> IssuedToken {
        do {
            return try issuer.issue(access, at: request.now)
        } catch TokenError.unrepresentable {
            throw Self.tooLarge
        }
    }

    private static let tooLarge = OAuthError(
        .invalidScope, "So many scopes do not fit into a token; ask for fewer.")
}
