import CredentialFormat
import Events
import Model
import Persistence
import Policy
import ProductDefinition
import Tokens

/// An app exchanges the code that a user's consent gave it. RFC 6749 §4.1.3, with PKCE (RFC 7636 §4.5).
package struct AuthorizationCodeGrant: Sendable {
    /// How many lineages of a grant live at a time; a further one ends the oldest (law 7).
    package static let lineagesPerGrant = 50
    /// How many wrong verifiers may be presented with a code; then it is dead (RFC 6749 §10.10).
    package static let maximumWrongVerifiers = 5

    /// The parameters that the grant reads.
    package struct Request: Sendable {
        let code: PresentedText
        let redirectURI: String?
        let verifier: CodeVerifier?
        let resource: String?

        init(parsing form: Form) throws(OAuthError) {
            guard let code = form["code"] else { throw OAuthError(.invalidRequest, "code is missing.") }
            self.code = PresentedText(code)
            redirectURI = form["redirect_uri"]
            if let text = form["code_verifier"] { verifier = try CodeVerifier(text) } else { verifier = nil }
            resource = form["resource"]
        }
    }

    private static let refusal = OAuthError(.invalidGrant, "The code is unknown, used, expired or another client's.")

    private let store: any Store
    private let tokens: AppTokenIssuer
    private let product: Product

    init(store: any Store, tokens: AppTokenIssuer, product: Product) {
        self.store = store
        self.tokens = tokens
        self.product = product
    }

    /// What became of a code. Each of these is committed.
    private enum End: Sendable {
        case spent(AppTokens)
        case usedBefore
        case wrongVerifier
    }

    /// The tokens, once the code is spent (threat C2). Only an exchange that succeeds spends it; of wrong verifiers it bears
    /// a few.
    ///
    /// - Throws: ``OAuthError``; ``StoreError``.
    func exchange(
        _ request: Request, by app: App, from context: AuditContext, at now: Instant
    ) async throws -> AppTokens {
        guard let secret = PresentedSecret(parsing: Array(request.code.utf8), brand: product.brand),
            secret.kind == .authorizationCode
        else { throw Self.refusal }
        try await tokens.prepare(for: app)
        let reuse = LineageEnd(action: .lineageReuseDetected, app: app.id, context: context, now: now)
        let end: End = try await store.write { tx in
            // 1. A code of this app.
            guard let held = try find(secret, tx), held.stored.code.app == app.id else { throw Self.refusal }
            let stored = held.stored
            // 2. Which was not used yet.
            guard stored.usedAt == nil else {
                // It was used before: somebody has a copy. What came from it ends, so this must be committed.
                if let lineage = try stored.lineage.flatMap({ try tx.lineage($0) }) {
                    try reuse.end(
                        lineage.id, of: lineage.grant, because: lineage.reuse(of: .authorizationCode, at: now), tx: tx)
                }
                return .usedBefore
            }
            return try spend(held, request, at: now, tx: tx)
        }
        switch end {
        case .spent(let tokens): return tokens
        case .usedBefore:
            throw OAuthError(.invalidGrant, "The code was used before.", rule: ReuseAlarm.code.rawValue)
        case .wrongVerifier:
            throw OAuthError(.invalidGrant, "code_verifier does not fit the code_challenge.", rule: "pkce")
        }
    }

    private func spend(
        _ held: HeldCode, _ request: Request, at now: Instant, tx: borrowing Transaction
    ) throws -> End {
        // 3. In force, of a user and an app that are.
        let stored = held.stored
        let code = stored.code
        guard stored.wrongVerifiers < Self.maximumWrongVerifiers else {
            throw OAuthError(
                .invalidGrant, "The code came with too many wrong code_verifiers.", rule: "pkce_attempts")
        }
        guard now < code.expiresAt else { throw Self.refusal }
        try held.grant.requireEnabledApp()
        guard let grant = LiveGrant(held.grant) else { throw Self.refusal }
        let app = grant.app
        // 4. Shown as it was asked for: redirect URI, verifier, backend.
        // Also where the request named none, the one that it went to must still be the app's.
        guard code.redirectURI == request.redirectURI, let sentTo = code.sentTo ?? code.redirectURI,
            app.redirectURIs.contains(where: { $0.matches(sentTo) })
        else {
            throw OAuthError(
                .invalidGrant, "redirect_uri is not the one of the authorization request, or no longer the app's.",
                rule: "redirect_uri")
        }
        guard Self.fits(request.verifier, code.codeChallenge) else {
            try tx.countWrongVerifier(code: stored.digest)
            return .wrongVerifier
        }
        try tokens.audiences.require(request.resource, toBe: code.resource)
        // 5. Spent, for the tokens of a new lineage.
        let lineage = ID<RefreshLineage>(at: now.milliseconds)
        try tx.spend(code: stored.digest, for: lineage, at: now)
        let endsAt = now.adding(seconds: product.policy.refreshTokenMaximumSeconds)
        // Not limited by the user's rights: what they lost may come back, and the next refresh finds it.
        let scopes = code.scopes.intersection(app.scopes)
        let issued = try tokens.issue(
            AppTokenIssuer.Access(
                grant: grant, lineage: lineage, generation: 1, scopes: scopes, resource: code.resource,
                nonce: code.nonce, authenticatedAt: code.authenticatedAt, signIn: code.signIn, endsAt: endsAt), at: now,
            tx: tx)
        try tx.insert(
            RefreshLineage(
                id: lineage, grant: code.grant, app: app.id, scopes: scopes, resource: code.resource,
                authenticatedAt: code.authenticatedAt, signIn: code.signIn, generation: 1,
                digest: tokens.keyRing.keys.peppers.newest.digest(of: issued.refreshToken.utf8), rotation: nil,
                createdAt: now, expiresAt: tokens.refreshExpiry(for: app, endsAt: endsAt, at: now), endsAt: endsAt))
        try endOldest(held, tx: tx)
        return .spent(issued)
    }

    /// Ends the oldest lineages of the grant, which has one more than was read.
    private func endOldest(_ held: HeldCode, tx: borrowing Transaction) throws {
        let tooMany = held.lineages + 1 - Self.lineagesPerGrant
        guard tooMany > 0, let oldest = held.oldestLineage else { return }
        guard tooMany > 1 else {
            try tx.delete(read: oldest)
            tx.announce(.lineage(oldest))
            return
        }
        for old in try tx.lineages(of: held.grant.grant.id, beyondNewest: Self.lineagesPerGrant)
        where try tx.delete(old) {
            tx.announce(.lineage(old))
        }
    }

    private func find(_ secret: PresentedSecret, _ tx: borrowing Transaction) throws -> HeldCode? {
        for pepper in tokens.keyRing.keys.peppers.all {
            if let held = try tx.heldCode(matching: secret.digest(under: pepper)) { return held }
        }
        return nil
    }

    /// A challenge wants its verifier, and no challenge none (threat C1).
    private static func fits(_ verifier: CodeVerifier?, _ challenge: String?) -> Bool {
        switch (verifier, challenge) {
        case (nil, nil): true
        case (let verifier?, let challenge?): verifier.matches(challenge)
        case (nil, .some), (.some, nil): false
        }
    }
}
