package import CredentialFormat
import Events
package import Model
package import Persistence
import Tokens
package import Verification

/// `POST /oauth2/revoke` (RFC 7009): a client gives up a token of its own.
package struct RevocationEndpoint: Sendable {
    /// What is to be done.
    package enum Answer: Sendable {
        /// Nothing: the token is not in force, or never was (RFC 7009 §2.2).
        case nothingToDo
        /// Revoke it: ``RevocationEndpoint/revoke(_:for:requestID:)``.
        case revoke(Revocation)
    }

    /// What a client gives up.
    package enum Revocation: Sendable {
        case accessToken(AccessToken)
        /// All that came from the code which the refresh token came from (RFC 7009 §2.1).
        case lineage(ID<RefreshLineage>, of: ID<App>)
    }

    /// How many tokens of one client may be on the list of the revoked at a time. Every node holds the whole list in
    /// memory (law 7).
    package static let maximumPerClient = 10_000

    private let authenticator: ClientAuthenticator
    private let verifier: CredentialVerifier
    private let store: any Store
    private let seal: RefreshTokenSeal

    package init(
        authenticator: ClientAuthenticator, verifier: CredentialVerifier, store: any Store, brand: Brand,
        issuer: String
    ) {
        self.authenticator = authenticator
        self.verifier = verifier
        self.store = store
        seal = RefreshTokenSeal(brand: brand, issuer: issuer)
    }

    /// What is to be done. Nothing is asked but the evidence.
    ///
    /// - Throws: ``OAuthError``: `unauthorized_client` for a token of another client (RFC 7009 §2.1, threat I3),
    ///   `unsupported_token_type` for an API key, which its organization deletes; ``Missing``.
    package func answer(
        _ request: OAuthRequest, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws -> Answer {
        // 1. Who asks.
        let client = try authenticator.authenticate(request, evidence, noting: &record)
        // 2. What is shown.
        guard let text = request.form["token"] else { throw OAuthError(.invalidRequest, "token is missing.") }
        guard let token = try evidence.accessToken(text) else {
            guard !verifier.isAPIKey(text) else {
                throw OAuthError(.unsupportedTokenType, "An API key is deleted at the management API.")
            }
            return try answer(refreshToken: text, of: client, evidence)
        }
        // 3. Whose it is.
        guard client.id == token.client else {
            throw OAuthError(.unauthorizedClient, "The token is another client's.")
        }
        // 4. Whether it is still in force.
        guard token.expiresAt > request.now, !(try evidence.isRevoked(token.id)) else { return .nothingToDo }
        return .revoke(.accessToken(token))
    }

    /// What is to be done with what may be a refresh token. Whose it is the database says.
    private func answer(
        refreshToken text: String, of client: AuthenticatedClient, _ evidence: Evidence
    ) throws(Missing) -> Answer {
        let text = Array(text.utf8)
        guard case .app(let app) = client.id, let named = seal.keyNamed(by: text),
            let token = seal.open(text, with: try evidence.keys(having: named))
        else { return .nothingToDo }
        return .revoke(.lineage(token.lineage, of: app))
    }

    /// Revokes. When this returns it is on disk and heard on this node (threat I2: a failure is thrown, never
    /// swallowed).
    ///
    /// - Throws: ``OAuthError``: `temporarily_unavailable` above ``maximumPerClient``, `unauthorized_client` for a refresh
    ///   token of another client; ``StoreError``.
    package func revoke(_ revocation: Revocation, for request: OAuthRequest, requestID: String) async throws {
        switch revocation {
        case .accessToken(let token): try await revoke(token, for: request, requestID: requestID)
        case .lineage(let id, let app):
            let end = LineageEnd(
                action: .lineageRevoked, app: app,
                context: AuditContext(requestID: requestID, address: request.address), now: request.now)
            try await store.write { tx in
                guard let lineage = try tx.lineage(id) else { return }
                guard lineage.app == app else {
                    throw OAuthError(.unauthorizedClient, "The token is another client's.")
                }
                try end.end(id, of: lineage.grant, tx: tx)
            }
        }
    }

    private func revoke(_ token: AccessToken, for request: OAuthRequest, requestID: String) async throws {
        try await store.write { tx in
            guard try tx.revokedTokenCount(client: token.client, liveAt: request.now) < Self.maximumPerClient else {
                throw OAuthError(
                    .temporarilyUnavailable, "Too many tokens of this client are revoked and have not expired.")
            }
            try tx.insertRevokedToken(token.id, client: token.client, expiresAt: token.expiresAt)
            let actor = Actor(
                Actor.Identity(token.holder), reach: .subtree(OrganizationPath(root: token.organization)),
                permissions: [], requestID: requestID, address: request.address)
            try tx.record(
                .accessTokenRevoked, target: token.id.description, in: token.organization, by: actor, at: request.now)
            tx.announce(.revokedToken(token.id, expiresAt: token.expiresAt))
        }
    }
}
