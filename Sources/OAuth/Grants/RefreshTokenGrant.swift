import CredentialFormat
import Crypto
import Events
import Model
import Persistence
import Policy
import ProductDefinition
import Tokens
import Verification

/// An app exchanges its refresh token for the next one and an access token. RFC 6749 §6; rotation and the repetition of
/// lost replies as docs/apps-refresh.md says.
package struct RefreshTokenGrant: Sendable {
    /// The parameters that the grant reads.
    package struct Request: Sendable {
        let refreshToken: PresentedText
        /// Nil for all that the user consented to.
        let scopes: ScopeSet?
        let resource: String?

        init(parsing form: Form) throws(OAuthError) {
            guard let text = form["refresh_token"] else {
                throw OAuthError(.invalidRequest, "refresh_token is missing.")
            }
            refreshToken = PresentedText(text)
            scopes = try form.scopes()
            resource = form["resource"]
        }

        /// What a repetition must ask for as well.
        var digest: [UInt8] {
            let asked = "\(scopes?.text ?? "all")\n\(resource ?? "")"
            return Array(SHA256.hash(data: Array(asked.utf8)))
        }
    }

    /// What a refresh token says, opened under a key of ours.
    struct Opened: Sendable {
        let token: RefreshToken
    }

    private static let refusal = OAuthError(
        .invalidGrant, "The refresh token is unknown, revoked, expired or another client's.")

    private let store: any Store
    private let tokens: AppTokenIssuer
    private let scope: ScopeCheck
    private let retrySeconds: Int

    init(store: any Store, tokens: AppTokenIssuer, product: Product) {
        self.store = store
        self.tokens = tokens
        scope = ScopeCheck(catalogue: product.scopes)
        retrySeconds = product.policy.refreshRetrySeconds
    }

    /// What the token says. Nothing is asked but the evidence.
    ///
    /// - Throws: ``OAuthError`` `invalid_grant` for what we did not seal; ``Missing``.
    func open(_ request: Request, _ evidence: Evidence) throws -> Opened {
        let text = Array(request.refreshToken.utf8)
        guard let named = tokens.seal.keyNamed(by: text),
            let token = tokens.seal.open(text, with: try evidence.keys(having: named))
        else { throw Self.refusal }
        return Opened(token: token)
    }

    /// The successor and what comes with it, or the same reply as to the call that this one repeats.
    ///
    /// - Parameter mayRotate: Whether there may be a successor. If not, the token stays as good as it is.
    /// - Throws: ``OAuthError``; ``StoreError``.
    func exchange(
        _ request: Request, _ opened: Opened, by app: App, from context: AuditContext, at now: Instant,
        mayRotate: Bool
    ) async throws -> AppTokens {
        let presented = opened.token
        try await tokens.prepare(for: app)
        let reuse = LineageEnd(action: .lineageReuseDetected, app: app.id, context: context, now: now)
        let issued: AppTokens? = try await store.write { tx in
            // 1. A lineage of this app.
            guard let held = try tx.heldLineage(presented.lineage), held.lineage.app == app.id else {
                throw Self.refusal
            }
            let lineage = held.lineage
            // 2. What a token of that generation brings about now.
            switch lineage.outcome(
                presenting: presented.generation, request: request.digest, retryWindow: retrySeconds, at: now)
            {
            case .refuse: throw Self.refusal
            case .revokeLineage:
                // Committed: everything that came from the stolen token ends.
                try reuse.end(
                    lineage.id, of: lineage.grant,
                    because: lineage.reuse(of: .refreshToken, generation: presented.generation, at: now), tx: tx)
                return nil
            case .repeatReply:
                try held.grant.requireEnabledApp()
                guard let grant = LiveGrant(held.grant) else { throw Self.refusal }
                try tokens.plans.require(grant)
                return try repeated(lineage, request, presented)
            case .rotate:
                guard mayRotate else { throw TokenEndpoint.tooManyTokens }
                return try rotate(held, request, presented, at: now, tx: tx)
            }
        }
        guard let issued else {
            throw OAuthError(
                .invalidGrant, "The refresh token was used before.", rule: ReuseAlarm.refreshToken.rawValue)
        }
        return issued
    }

    private func repeated(
        _ lineage: RefreshLineage, _ request: Request, _ presented: RefreshToken
    ) throws -> AppTokens {
        guard let sealed = lineage.rotation?.sealedReply,
            let reply = tokens.seal.openReply(sealed, to: presented, presentedAs: request.refreshToken.text),
            let issued = AppTokens(stored: reply)
        else { throw Self.refusal }
        return issued
    }

    private func rotate(
        _ held: HeldLineage, _ request: Request, _ presented: RefreshToken, at now: Instant, tx: borrowing Transaction
    ) throws -> AppTokens {
        // 3. The token in force, to the letter, of a user and an app that are.
        let lineage = held.lineage
        let peppers = tokens.keyRing.keys.peppers
        guard lineage.isInForce(presented, as: request.refreshToken.text, under: peppers) else { throw Self.refusal }
        try held.grant.requireEnabledApp()
        guard let grant = LiveGrant(held.grant) else { throw Self.refusal }
        // 4. No scopes and no backend but those of the consent.
        let scopes = request.scopes.map(scope.understood) ?? lineage.scopes
        guard scopes.isSubset(of: lineage.scopes) else {
            throw OAuthError(
                .invalidScope, "The user did not consent to all of these scopes.",
                refusing: scopes.subtracting(lineage.scopes))
        }
        try tokens.audiences.require(request.resource, toBe: lineage.resource)
        // 5. The tokens, and the lineage one generation on.
        let issued = try tokens.issue(
            AppTokenIssuer.Access(
                grant: grant, lineage: lineage.id, generation: presented.generation + 1, scopes: scopes,
                resource: lineage.resource, nonce: nil,
                authenticatedAt: lineage.authenticatedAt, signIn: lineage.signIn, endsAt: lineage.endsAt), at: now,
            tx: tx)
        let rotation = RefreshLineage.Rotation(
            at: now, request: request.digest,
            sealedReply: try tokens.seal.sealReply(
                issued.stored, to: presented, presentedAs: request.refreshToken.text))
        try tx.rotate(
            lineage.id, from: presented.generation, to: peppers.newest.digest(of: issued.refreshToken.utf8), rotation,
            expiresAt: tokens.refreshExpiry(for: grant.app, endsAt: lineage.endsAt, at: now))
        return issued
    }
}

extension RefreshLineage {
    /// Whether a refresh token of it is the one of its generation in force, to the letter.
    func isInForce(_ presented: RefreshToken, as text: String, under peppers: Peppers) -> Bool {
        guard presented.generation == generation,
            let known = peppers.version(digest.pepperVersion)?.digest(of: text.utf8)
        else { return false }
        return known.matches(digest)
    }
}
