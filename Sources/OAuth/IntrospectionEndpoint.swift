import CredentialFormat
package import Model
import Organizations
package import Persistence
package import Policy
package import ProductDefinition
package import Tokens
package import Verification

/// `POST /oauth2/introspect` (RFC 7662): tells an authenticated client what a credential is worth.
///
/// A resource server sees what is meant for it, an integration or an app its own tokens, an app its own refresh tokens as
/// well. Everything else is inactive, whatever it is (threat I1).
package struct IntrospectionEndpoint: Sendable {
    /// What memory says, or that the database has to be asked.
    package enum Outcome: Sendable {
        case told(Answer)
        /// An app shows a refresh token: ``IntrospectionEndpoint/answer(_:at:)``.
        case asks(RefreshTokenQuestion)
    }

    /// What the endpoint says.
    package enum Answer: Sendable {
        case inactive(Verdict.Rule)
        /// With what people call the user (`username`, RFC 7662 §2.2), if the asker may know; used from this address, if the
        /// asker said so. Whoever answers counts the use.
        case active(VerifiedCaller, username: String?, from: IPAddress?)
        case refreshToken(LiveRefreshToken)
    }

    private let authenticator: ClientAuthenticator
    private let verifier: CredentialVerifier
    private let store: any Store
    private let keyRing: KeyRing
    private let roles: RoleService
    private let plans: PlanCheck
    private let seal: RefreshTokenSeal

    package init(
        authenticator: ClientAuthenticator, verifier: CredentialVerifier, store: any Store, keyRing: KeyRing,
        product: Product, issuer: String
    ) {
        self.authenticator = authenticator
        self.verifier = verifier
        self.store = store
        self.keyRing = keyRing
        roles = RoleService(product: product)
        plans = PlanCheck(plans: product.plans)
        seal = RefreshTokenSeal(brand: product.brand, issuer: issuer)
    }

    /// What the credential is worth, or what is missing to tell. Memory alone is asked.
    ///
    /// The standard has no parameter for the address of the caller whose credential it is. Ours is `client_address`;
    /// without it, a credential that is bound to addresses is inactive, because nobody showed that it came from one of
    /// them (threat I8).
    ///
    /// - Throws: ``OAuthError``.
    package func answer(_ request: inout OAuthRequest, findings: Findings) throws(OAuthError) -> Partial<Outcome> {
        let client: AuthenticatedClient
        switch try authenticator.authenticate(&request, findings: findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(let authenticated): client = authenticated
        }
        // RFC 7662 §2.1: who looks must have proved who they are.
        guard request.claim.method != .none else {
            throw OAuthError(.invalidClient, "A public client cannot introspect.")
        }
        guard let text = request.form["token"] else { throw OAuthError(.invalidRequest, "token is missing.") }
        var address: IPAddress?
        if let given = request.form["client_address"] {
            guard let parsed = IPAddress(given) else {
                throw OAuthError(.invalidRequest, "client_address is no address.")
            }
            address = parsed
        }
        // From here on it is looked up for a client that has proved who it is.
        let audiences: [String]
        switch self.audiences(that: client, maySee: text, findings) {
        case .missing(let missing): return .missing(.asked(by: client.id, caller: address, missing))
        case .answer(.none): return question(refreshToken: text, of: client, findings)
        case .answer(.some(let visible)): audiences = visible
        }
        let demand = Demand(address: address, audiences: audiences)
        switch verifier.judge(text, demand, at: request.now, findings: findings) {
        case .missing(let missing): return .missing(.asked(by: client.id, caller: address, missing))
        case .answer(.refused(let rule)): return .answer(.told(.inactive(rule)))
        case .answer(.admitted(let caller)):
            let username = Self.username(of: caller, for: client)
            return .answer(.told(.active(caller, username: username, from: address)))
        }
    }

    /// The address by which the user signs in. A backend of the operator may know whom it serves; an app is told by the
    /// scopes `email` and `profile` alone, whichever endpoint it asks (RFC 7662 §5).
    private static func username(of caller: VerifiedCaller, for client: AuthenticatedClient) -> String? {
        let isTold: Bool
        if case .resourceServer = client.known.kind {
            isTold = true
        } else {
            isTold = tellsUsername(caller.scopes)
        }
        return isTold ? caller.credential.lineage?.username : nil
    }

    /// Whether these scopes tell an app the address by which its user signs in.
    private static func tellsUsername(_ scopes: ScopeSet) -> Bool {
        scopes.scopes.contains { [.email, .profile].contains(IdentityScope($0)) }
    }

    /// Whether what may be a refresh token of an app is worth asking about; of anybody else it is inactive.
    private func question(
        refreshToken text: String, of client: AuthenticatedClient, _ findings: Findings
    ) -> Partial<Outcome> {
        guard case .app(let app) = client.id, let named = seal.keyNamed(by: Array(text.utf8)) else {
            return .answer(.told(.inactive(.audience)))
        }
        switch verifier.keys(findings, having: named) {
        case .missing(let missing): return .missing(.asked(by: client.id, caller: nil, missing))
        case .answer(let keys):
            guard let token = seal.open(Array(text.utf8), with: keys) else {
                return .answer(.told(.inactive(.malformed)))
            }
            return .answer(.asks(RefreshTokenQuestion(token: token, text: text, app: app)))
        }
    }

    /// What an app's refresh token is worth. Nothing is changed, also by one that was spent before.
    ///
    /// - Throws: ``StoreError``.
    package func answer(_ question: RefreshTokenQuestion, at now: Instant) async throws -> Answer {
        try await store.read { tx in
            guard let lineage = try tx.lineage(question.token.lineage) else { return .inactive(.unknown) }
            guard lineage.app == question.app else { return .inactive(.audience) }
            guard lineage.isInForce(question.token, as: question.text, under: keyRing.keys.peppers) else {
                return .inactive(.revoked)
            }
            guard now < lineage.expiresAt, now < lineage.endsAt else { return .inactive(.expired) }
            guard let grant = try tx.liveGrant(lineage.grant) else { return .inactive(.disabled) }
            guard plans.admits(grant) else { return .inactive(.plan) }
            let scopes = lineage.scopes.intersection(grant.app.scopes)
                .limited(to: roles.permissions(of: grant.member))
            guard !scopes.isEmpty else { return .inactive(.scope(lineage.scopes)) }
            return .refreshToken(
                LiveRefreshToken(
                    lineage: lineage.id, app: lineage.app, member: grant.member.id,
                    username: Self.tellsUsername(scopes) ? grant.member.email.text : nil,
                    organization: grant.organization.path, scopes: scopes,
                    issuedAt: lineage.rotation?.at ?? lineage.createdAt,
                    expiresAt: min(lineage.expiresAt, lineage.endsAt)))
        }
    }

    /// The audiences for which the client may look at the credential, nil if it may not at all.
    private func audiences(
        that client: AuthenticatedClient, maySee text: String, _ findings: Findings
    ) -> Partial<[String]?> {
        switch client.known.kind {
        case .resourceServer(let server): return .answer(server.audiences)
        case .integration, .app:
            switch verifier.accessToken(text, findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(let token): return .answer(token.flatMap { $0.client == client.id ? $0.audiences : nil })
            }
        }
    }
}
