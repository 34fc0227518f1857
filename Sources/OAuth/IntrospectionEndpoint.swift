import CredentialFormat
package import Model
import Organizations
package import Persistence
import Policy
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
        /// With what people call the user (`username`, RFC 7662 §2.2), if the asker may know; and what a resource server is told that
        /// will remember it, nil for all others.
        case active(VerifiedCaller, username: String?, watched: Watched?)
        case refreshToken(LiveRefreshToken)
    }

    /// What a resource server is told that will remember the answer, and sees to the addresses by itself.
    package struct Watched: Sendable {
        /// What it has to listen to on the revocation feed for that, nil where it must not remember it.
        package let fingerprints: [String]?
        /// How much older than the question the answer may be, in nanoseconds; nil where nothing says so.
        package let age: Int64?
    }

    private let authenticator: ClientAuthenticator
    private let store: any Store
    private let keyRing: KeyRing
    private let roles: RoleService
    private let plans: PlanCheck
    private let seal: RefreshTokenSeal
    private let fingerprints: ChangeFingerprints

    /// - Parameter fingerprints: What changes are called on the revocation feed.
    package init(
        authenticator: ClientAuthenticator, store: any Store, keyRing: KeyRing, product: Product, issuer: String,
        fingerprints: ChangeFingerprints
    ) {
        self.fingerprints = fingerprints
        self.authenticator = authenticator
        self.store = store
        self.keyRing = keyRing
        roles = RoleService(product: product)
        plans = PlanCheck(plans: product.plans)
        seal = RefreshTokenSeal(brand: product.brand, issuer: issuer)
    }

    /// What the credential is worth. Nothing is asked but the evidence.
    ///
    /// The standard has no parameter for the address of the caller whose credential it is. Ours is `client_address`;
    /// without it, a credential that is bound to addresses is inactive, because nobody showed that it came from one of
    /// them (threat I8). Who remembers the answer sees to that at each use; there it says on whose account the look-up is
    /// (threat K8).
    ///
    /// - Throws: ``OAuthError``, ``Missing``.
    package func answer(
        _ request: OAuthRequest, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws -> Outcome {
        // 1. Who asks. RFC 7662 §2.1: who looks must have proved who they are.
        let client = try authenticator.authenticate(request, evidence, noting: &record)
        guard request.claim.method != .none else {
            throw OAuthError(.invalidClient, "A public client cannot introspect.")
        }
        // 2. What is shown, and from where it was used.
        guard let text = request.form["token"] else { throw OAuthError(.invalidRequest, "token is missing.") }
        var address: IPAddress?
        if let given = request.form["client_address"] {
            guard let parsed = IPAddress(given) else {
                throw OAuthError(.invalidRequest, "client_address is no address.")
            }
            address = parsed
        }
        let watch = try Watch(request.form, by: client, calling: fingerprints)
        // From here on it is looked up for a client that has proved who it is.
        do throws(Missing) {
            // 3. What of it the client may see.
            guard let audiences = try audiences(that: client, maySee: text, evidence) else {
                return try question(refreshToken: text, of: client, evidence)
            }
            // 4. What it is worth.
            let demand = Demand(
                address: address, leavesAddress: watch != nil, audiences: audiences,
                organization: watch?.organization)
            let age = evidence.age
            switch try evidence.judge(text, demand, at: request.now, noting: &record) {
            case .refused(let rule): return .told(.inactive(rule))
            case .admitted(let caller):
                let watched = watch.map { watch in
                    Watched(fingerprints: evidence.isInGrace ? nil : watch.fingerprints(of: caller), age: age)
                }
                return .told(.active(caller, username: Self.username(of: caller, for: client), watched: watched))
            }
        } catch {
            throw error.asked(by: client.id, caller: address)
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
        refreshToken text: String, of client: AuthenticatedClient, _ evidence: Evidence
    ) throws(Missing) -> Outcome {
        let bytes = Array(text.utf8)
        guard case .app(let app) = client.id, let named = seal.keyNamed(by: bytes) else {
            return .told(.inactive(.audience))
        }
        let keys: KeySet
        do throws(Missing) {
            keys = try evidence.keys(having: named)
        } catch {
            throw error.asked(by: client.id, caller: nil)
        }
        guard let token = seal.open(bytes, with: keys) else { return .told(.inactive(.malformed)) }
        return .asks(RefreshTokenQuestion(token: token, presented: PresentedText(text), app: app))
    }

    /// What an app's refresh token is worth. Nothing is changed, also by one that was spent before.
    ///
    /// - Throws: ``StoreError``.
    package func answer(_ question: RefreshTokenQuestion, at now: Instant) async throws -> Answer {
        try await store.read { tx in
            guard let held = try tx.heldLineage(question.token.lineage) else { return .inactive(.unknown) }
            let lineage = held.lineage
            guard lineage.app == question.app else { return .inactive(.audience) }
            guard lineage.isInForce(question.token, as: question.presented.text, under: keyRing.keys.peppers) else {
                return .inactive(.revoked)
            }
            guard now < lineage.expiresAt, now < lineage.endsAt else { return .inactive(.expired) }
            guard let grant = LiveGrant(held.grant) else { return .inactive(.disabled) }
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
        that client: AuthenticatedClient, maySee text: String, _ evidence: Evidence
    ) throws(Missing) -> [String]? {
        switch client.known.kind {
        case .resourceServer(let server): return server.audiences
        case .integration, .app:
            guard let token = try evidence.accessToken(text), token.client == client.id else { return nil }
            return token.audiences
        }
    }
}

/// A resource server that will remember the answer, and listens for what ends it (`claviger_watch`).
private struct Watch {
    let server: ID<ResourceServer>
    /// In which organization the caller wants to act, nil for the credential's own.
    let organization: ID<Organization>?
    private let fingerprints: ChangeFingerprints

    /// - Throws: ``OAuthError`` where the parameters are none of ours, or the client may not listen.
    init?(_ form: Form, by client: AuthenticatedClient, calling fingerprints: ChangeFingerprints) throws(OAuthError) {
        switch form["claviger_watch"] {
        case nil, "false": return nil
        case "true": break
        default: throw OAuthError(.invalidRequest, "claviger_watch is true or false.")
        }
        guard case .resourceServer(let id) = client.id else {
            throw OAuthError(.invalidRequest, "claviger_watch is for resource servers.")
        }
        server = id
        self.fingerprints = fingerprints
        guard let named = form["claviger_organization"] else {
            organization = nil
            return
        }
        guard let parsed = ID<Organization>(parsing: named) else {
            throw OAuthError(.invalidRequest, "claviger_organization is no identifier.")
        }
        organization = parsed
    }

    /// What it has to listen to. Its own audiences decide what it sees, so it listens to what is changed of itself, too.
    func fingerprints(of caller: VerifiedCaller) -> [String] {
        (caller.dependencies + [.resourceServer(server)]).flatMap { fingerprints.texts(of: $0) ?? [] }
    }
}
