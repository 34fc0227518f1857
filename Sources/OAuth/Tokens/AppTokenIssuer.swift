import CredentialFormat
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import Tokens

/// Makes what an app is given for a user: access token, refresh token and ID token. Synchronous, because it happens in
/// the transaction that decides.
struct AppTokenIssuer: Sendable {
    /// What the tokens are to say.
    struct Access: Sendable {
        let grant: LiveGrant
        let lineage: ID<RefreshLineage>
        /// That of the refresh token.
        let generation: Int
        /// What the user consented to, or the part of it that the app asks for.
        let scopes: ScopeSet
        let resource: String?
        let nonce: String?
        let authenticatedAt: Instant
        let signIn: SignInContext?
        /// No access token lives longer.
        let endsAt: Instant

        var app: App { grant.app }
    }

    let audiences: AudiencePolicy
    let tokenIssuer: TokenIssuer
    let keyRing: KeyRing
    let seal: RefreshTokenSeal
    private let idTokens: IDTokenIssuer
    private let policy: ProductPolicy
    private let roles: RoleService
    let plans: PlanCheck

    init(audiences: AudiencePolicy, tokenIssuer: TokenIssuer, keyRing: KeyRing, product: Product) {
        self.audiences = audiences
        self.tokenIssuer = tokenIssuer
        self.keyRing = keyRing
        policy = product.policy
        roles = RoleService(product: product)
        plans = PlanCheck(plans: product.plans)
        seal = RefreshTokenSeal(brand: product.brand, issuer: audiences.issuer)
        idTokens = IDTokenIssuer(keyRing: keyRing, issuer: audiences.issuer)
    }

    /// Makes the key that signs the app's ID tokens, if there is none yet. Before the transaction.
    func prepare(for app: App) async throws {
        guard Self.isOpenID(app.scopes) else { return }
        try await idTokens.prepare(for: app.idTokenAlgorithm)
    }

    /// What is issued says what it is worth now: of the scopes those that app and user still have (RFC 6749 §5.1).
    ///
    /// - Throws: ``OAuthError`` for what cannot be issued; ``TokenError`` when a key is missing.
    func issue(_ access: Access, at now: Instant, tx: borrowing Transaction) throws -> AppTokens {
        try plans.require(access.grant)
        let scopes = access.scopes.intersection(access.app.scopes)
            .limited(to: roles.permissions(of: access.grant.member))
        guard !scopes.isEmpty else {
            throw OAuthError(.invalidScope, "App or user may not have these scopes any more.")
        }
        let issued = try tokenIssuer.issue(
            access, scopes, for: try audiences.audiences(for: scopes, resource: access.resource, tx: tx), at: now)
        let refreshToken = try seal.seal(
            RefreshToken(lineage: access.lineage, generation: access.generation), with: keyRing.keys)
        return AppTokens(
            accessToken: issued.text, expiresIn: issued.expiresIn, scope: scopes.text,
            refreshToken: refreshToken, idToken: try idToken(access, scopes, accessToken: issued.text, at: now),
            clientText: issued.clientText)
    }

    /// When a refresh token that is issued now expires.
    func refreshExpiry(for app: App, endsAt: Instant, at now: Instant) -> Instant {
        min(now.adding(seconds: app.refreshTokenSeconds ?? policy.refreshTokenSeconds), endsAt)
    }

    private func idToken(
        _ access: Access, _ scopes: ScopeSet, accessToken: String, at now: Instant
    ) throws -> String? {
        guard Self.isOpenID(scopes) else { return nil }
        let member = access.grant.member
        let claims = UserClaims(
            of: member, in: access.grant.organization, scopes: scopes,
            isEmailVerified: member.isEmailVerified(for: access.signIn, at: access.authenticatedAt))
        let token = IDToken(
            subject: member.id, audience: access.app.id, authenticatedAt: access.authenticatedAt, signIn: access.signIn,
            nonce: access.nonce, claims: claims, issuedAt: now)
        return try idTokens.text(of: token, signedBy: access.app.idTokenAlgorithm, accessToken: accessToken)
    }

    private static func isOpenID(_ scopes: ScopeSet) -> Bool {
        IdentityScope.openid.scope.map(scopes.contains) ?? false
    }
}
