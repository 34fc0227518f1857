package import CredentialFormat
package import Credentials
import Foundation
package import Model
package import OAuth
import Organizations
import Persistence
import Policy
package import ProductDefinition
package import Tokens
package import Verification

/// A ``SampleTree`` with everything that judges and issues above it, without HTTP: as the server puts it together.
package struct SampleDesk: Sendable {
    package static let issuer = "https://auth.example.com"

    package let tree: SampleTree
    /// What the verifier reads and writes through.
    package let store: WatchedStore
    package let verifier: CredentialVerifier
    package let authenticator: ClientAuthenticator
    package let tokenIssuer: TokenIssuer
    package let tokens: TokenEndpoint
    package let authorization: AuthorizationEndpoint
    package let introspection: IntrospectionEndpoint
    /// What changes are called on the revocation stream.
    package let fingerprints = ChangeFingerprints(under: MasterKeys(.generate()))
    package let revocation: RevocationEndpoint

    /// Has `use` work at a fresh desk.
    package static func open<R>(
        product: Product = .standard, memory: VerifierMemory.Bounds = .init(), limit: LookUpLimit = LookUpLimit(),
        _ use: (SampleDesk) async throws -> R
    ) async throws -> R {
        try await SampleTree.open(product: product) { tree in
            try await use(SampleDesk(tree, memory: memory, limit: limit))
        }
    }

    /// A desk over a tree. Another one over the same tree is as the server after a restart.
    package init(_ tree: SampleTree, memory: VerifierMemory.Bounds = .init(), limit: LookUpLimit = LookUpLimit()) {
        self.init(tree, over: WatchedStore(tree.store), keys: tree.keys, memory: memory, limit: limit, hearing: .always)
        tree.store.listen { [verifier, clock = tree.clock] changes in verifier.hear(changes, at: clock.current) }
    }

    /// A desk that hears nothing by itself.
    init(
        _ tree: SampleTree, over store: WatchedStore, keys: KeyRing, memory: VerifierMemory.Bounds = .init(),
        limit: LookUpLimit = LookUpLimit(), hearing: Hearing
    ) {
        self.tree = tree
        self.store = store
        verifier = CredentialVerifier(
            store: store, keyRing: keys, product: tree.product, issuer: Self.issuer, revoked: RevokedTokens(),
            memory: VerifierMemory(memory), limit: limit, hearing: hearing)
        let audiences = AudiencePolicy(standard: tree.product.audience, issuer: Self.issuer)
        authenticator = ClientAuthenticator(brand: tree.product.brand)
        tokenIssuer = TokenIssuer(keyRing: keys, product: tree.product, issuer: Self.issuer)
        tokens = TokenEndpoint(
            authenticator: authenticator, audiences: audiences, tokenIssuer: tokenIssuer, store: store, keyRing: keys,
            product: tree.product)
        authorization = AuthorizationEndpoint(
            store: store, keyRing: keys, product: tree.product, audiences: audiences)
        introspection = IntrospectionEndpoint(
            authenticator: authenticator, store: store, keyRing: keys, product: tree.product, issuer: Self.issuer,
            fingerprints: fingerprints)
        revocation = RevocationEndpoint(
            authenticator: authenticator, verifier: verifier, store: store, brand: tree.product.brand,
            issuer: Self.issuer)
    }

    package var now: Instant { tree.clock.current }

    /// What the verifier says of a credential, with its use counted.
    package func verdict(
        _ credential: String, scopes: [String] = [], from address: String? = nil,
        audiences: [String] = [SampleDesk.issuer], in organization: ID<Organization>? = nil
    ) async throws -> Verdict {
        let demand = Demand(
            scopes: ScopeSet(scopes.compactMap { Scope($0) }), address: address.flatMap { IPAddress($0) },
            audiences: audiences, organization: organization)
        let (verdict, record) = try await verifier.verdict(on: credential, demand, at: now)
        verifier.count(record, at: now)
        return verdict
    }
}

/// What a client presents: its identifier and a secret.
package struct SampleClient: Sendable {
    package var id: String
    package var secret: String

    package init(id: String, secret: String) {
        self.id = id
        self.secret = secret
    }

    package init(_ issued: Issued<Integration>) {
        self.init(id: issued.credential.id.description, secret: issued.secret)
    }

    package init(_ issued: Issued<ResourceServer>) {
        self.init(id: issued.credential.id.description, secret: issued.secret)
    }

    /// The `Authorization` field that an encoder writes.
    package var basic: String { "Basic " + Data("\(id):\(secret)".utf8).base64EncodedString() }
}

extension SampleDesk {
    /// A request at an OAuth endpoint, authenticated by Basic if a client is given.
    package func request(
        _ client: SampleClient?, _ parameters: [(String, String)], from address: String? = nil
    ) throws -> OAuthRequest {
        let body = parameters.map { "\(Front.encoded($0))=\(Front.encoded($1))" }.joined(separator: "&")
        return try OAuthRequest(
            authorization: client?.basic, form: Form(parsing: Array(body.utf8)),
            address: address.flatMap { IPAddress($0) }, now: now)
    }

    /// What an endpoint answers, looking up what memory lacks, with what it used counted.
    func complete<Answer: Sendable>(
        _ request: OAuthRequest,
        _ judge: (OAuthRequest, Evidence, inout JudgementRecord) throws -> Answer
    ) async throws -> Answer {
        let (answer, record) = try await verifier.complete(from: request.address, at: now) { evidence, record in
            try judge(request, evidence, &record)
        }
        verifier.count(record, at: now)
        return answer
    }

    /// What the token endpoint answers to a client-credentials request.
    package func token(
        _ client: SampleClient?, _ parameters: [(String, String)] = [], from address: String? = nil
    ) async throws -> IssuedToken {
        let request = try request(client, [("grant_type", "client_credentials")] + parameters, from: address)
        let answer = try await complete(request) { try tokens.answer($0, $1, noting: &$2) }
        guard case .issued(let issued) = answer else { throw OAuthError(.unsupportedGrantType, "No such answer.") }
        return issued
    }

    /// Whom the introspection endpoint tells of, nil for an inactive credential.
    package func introspect(
        _ credential: String, as client: SampleClient?, _ parameters: [(String, String)] = []
    ) async throws -> VerifiedCaller? {
        guard case .active(let caller, _, _) = try await told(credential, as: client, parameters) else { return nil }
        return caller
    }

    /// What the introspection endpoint answers.
    package func told(
        _ credential: String, as client: SampleClient?, _ parameters: [(String, String)] = []
    ) async throws -> IntrospectionEndpoint.Answer {
        let request = try request(client, [("token", credential)] + parameters)
        switch try await complete(request, { try introspection.answer($0, $1, noting: &$2) }) {
        case .told(let answer): return answer
        case .asks(let question): return try await introspection.answer(question, at: now)
        }
    }

    /// Has the revocation endpoint do what it does.
    ///
    /// - Returns: Whether there was anything to do.
    @discardableResult
    package func revoke(_ credential: String, as client: SampleClient?) async throws -> Bool {
        let request = try request(client, [("token", credential)])
        let answer = try await complete(request) { try revocation.answer($0, $1, noting: &$2) }
        guard case .revoke(let revoked) = answer else { return false }
        try await revocation.revoke(revoked, for: request, requestID: "req-revoke")
        return true
    }

    /// Makes a resource server, a second after whatever was made before it.
    package func resourceServer(_ audiences: [String]) async throws -> Issued<ResourceServer> {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [servers = tree.resourceServers] tx in
            try servers.create(
                ResourceServerDraft(name: "Backend", audiences: audiences), as: SampleTree.theOperator, tx: tx)
        }
    }

    /// Makes an integration as drafted, a second after whatever was made before it.
    package func integration(_ draft: IntegrationDraft, in organization: Organization) async throws
        -> Issued<Integration>
    {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [integrations = tree.integrations] tx in
            try integrations.create(draft, in: organization.id, as: SampleTree.theOperator, tx: tx)
        }
    }

    /// Makes a key as drafted, a second after whatever was made before it.
    package func key(_ draft: APIKeyDraft, in organization: Organization) async throws -> Issued<APIKey> {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [apiKeys = tree.apiKeys] tx in
            try apiKeys.create(draft, in: organization.id, as: SampleTree.theOperator, tx: tx)
        }
    }

    /// Puts an account on a plan, or on none.
    package func put(_ account: Organization, on plan: String?) async throws {
        _ = try await tree.store.write { [accounts = tree.accounts] tx in
            try accounts.edit(account.id, AccountEdit(plan: .some(plan)), as: SampleTree.theOperator, tx: tx)
        }
    }

    /// Suspends an account, or resumes it.
    package func suspend(_ account: Organization, _ suspended: Bool = true) async throws {
        _ = try await tree.store.write { [accounts = tree.accounts] tx in
            try accounts.edit(account.id, AccountEdit(suspended: suspended), as: SampleTree.theOperator, tx: tx)
        }
    }
}

extension IntrospectionEndpoint.Answer {
    /// The user's address, nil where it is not told.
    package var username: String? {
        if case .active(_, let username, _) = self { username } else { nil }
    }

    /// What whoever remembers it has to listen to, nil where nobody may.
    package var fingerprints: [String]? { watched?.fingerprints }

    /// How much older than the question it may be, nil where that is not told.
    package var age: Int64? { watched?.age }

    /// Whether it tells of a credential to who may remember it.
    package var isWatched: Bool { watched != nil }

    private var watched: IntrospectionEndpoint.Watched? {
        if case .active(_, _, let watched) = self { watched } else { nil }
    }

    /// The refresh token that it tells of.
    package var refreshToken: LiveRefreshToken? {
        if case .refreshToken(let token) = self { token } else { nil }
    }

    /// Why the credential is inactive, nil where it is active.
    package var rule: Verdict.Rule? {
        if case .inactive(let rule) = self { rule } else { nil }
    }
}

extension Verdict {
    /// The rule that refused, nil if none did.
    package var rule: Rule? {
        if case .refused(let rule) = self { rule } else { nil }
    }

    /// The caller, nil if refused.
    package var caller: VerifiedCaller? {
        if case .admitted(let caller) = self { caller } else { nil }
    }
}
