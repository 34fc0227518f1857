import Model
package import Persistence
import Policy
package import ProductDefinition
package import Tokens
package import Verification

/// `POST /oauth2/token` (RFC 6749 §3.2): the phases that all grants share, in an order that none can skip.
package struct TokenEndpoint: Sendable {
    private let authenticator: ClientAuthenticator
    private let clientCredentials: ClientCredentialsGrant
    private let codes: AuthorizationCodeGrant
    private let refreshes: RefreshTokenGrant
    private let tokenIssuer: TokenIssuer

    package init(
        authenticator: ClientAuthenticator, audiences: AudiencePolicy, tokenIssuer: TokenIssuer, store: any Store,
        keyRing: KeyRing, product: Product
    ) {
        self.authenticator = authenticator
        self.tokenIssuer = tokenIssuer
        clientCredentials = ClientCredentialsGrant(audiences: audiences, accessKeys: product.policy.accessKeys)
        let tokens = AppTokenIssuer(audiences: audiences, tokenIssuer: tokenIssuer, keyRing: keyRing, product: product)
        codes = AuthorizationCodeGrant(store: store, tokens: tokens, product: product)
        refreshes = RefreshTokenGrant(store: store, tokens: tokens, product: product)
    }

    /// The token, or what the database has to decide. Nothing is asked but the evidence.
    ///
    /// - Throws: ``OAuthError``, ``TokenError``, ``Missing``.
    package func answer(
        _ request: OAuthRequest, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws -> TokenAnswer {
        // 1. What is asked for. After this nobody reads the form again.
        let tokenRequest = try TokenRequest(parsing: request.form)
        do {
            return try answer(tokenRequest, request, evidence, noting: &record)
        } catch let refusal as OAuthError {
            Self.note(refusal, of: tokenRequest, for: request, in: &record)
            throw refusal
        }
    }

    private func answer(
        _ tokenRequest: TokenRequest, _ request: OAuthRequest, _ evidence: Evidence,
        noting record: inout JudgementRecord
    ) throws -> TokenAnswer {
        // 2. Who asks.
        let client = try authenticator.authenticate(request, evidence, noting: &record)
        // 3. What the grant allows, and with an integration's own 4. the token.
        switch tokenRequest {
        case .clientCredentials(let grant):
            let access = try clientCredentials.authorize(grant, for: client, evidence)
            let issued = try issue(access, for: request)
            if let accessKey = access.accessKey { record.acts(by: accessKey.usage) }
            return .issued(issued)
        case .authorizationCode(let grant):
            return .exchange(TokenExchange(presented: .code(grant), app: try app(client)))
        case .refreshToken(let grant):
            let app = try app(client)
            let opened = try refreshes.open(grant, evidence)
            return .exchange(TokenExchange(presented: .refreshToken(grant, opened), app: app))
        }
    }

    /// Notes which rule refused an exchange, and what was asked.
    package static func note(
        _ refusal: OAuthError, of exchange: TokenExchange, for request: OAuthRequest,
        in record: inout JudgementRecord
    ) {
        note(refusal, of: exchange.request, for: request, in: &record)
    }

    private static func note(
        _ refusal: OAuthError, of tokenRequest: TokenRequest, for request: OAuthRequest,
        in record: inout JudgementRecord
    ) {
        record.refuses(
            at: .token, by: refusal.rule, asking: tokenRequest.scopes ?? .empty, from: request.address,
            grantType: tokenRequest.grantType.rawValue)
    }

    /// Notes which rule refused a token that was made already, and what was asked.
    package static func note(
        _ refusal: OAuthError, of request: OAuthRequest, in record: inout JudgementRecord
    ) {
        guard let tokenRequest = try? TokenRequest(parsing: request.form) else { return }
        note(refusal, of: tokenRequest, for: request, in: &record)
    }

    /// The refusal of one token too many. RFC 6749 has no code for it at this endpoint, so it is the one that it has where a server
    /// is too busy (§4.1.2.1).
    package static let tooManyTokens = OAuthError(
        .temporarilyUnavailable, "The client was given as many tokens as it may have for now.",
        rule: Verdict.Rule.rate.name)

    /// Makes an exchange. When this returns it is on disk.
    ///
    /// - Parameter mayIssue: Whether the client may be given more tokens now. If not, a reply that was lost is repeated all the same: a
    ///   refresh token that is spent already would be taken for a stolen one once the time to repeat it is over.
    /// - Throws: ``OAuthError``: ``tooManyTokens``, and what the grants throw; ``TokenError``, ``StoreError``.
    package func perform(
        _ exchange: TokenExchange, for request: OAuthRequest, requestID: String, mayIssue: Bool = true
    ) async throws -> AppTokens {
        let context = AuditContext(requestID: requestID, address: request.address)
        do {
            switch exchange.presented {
            case .code(let grant):
                guard mayIssue else { throw Self.tooManyTokens }
                return try await codes.exchange(grant, by: exchange.app, from: context, at: request.now)
            case .refreshToken(let grant, let opened):
                return try await refreshes.exchange(
                    grant, opened, by: exchange.app, from: context, at: request.now, mayRotate: mayIssue)
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
            return try tokenIssuer.issue(access, at: request.now)
        } catch TokenError.unrepresentable {
            throw Self.tooLarge
        }
    }

    private static let tooLarge = OAuthError(
        .invalidScope, "So many scopes do not fit into a token; ask for fewer.")
}
