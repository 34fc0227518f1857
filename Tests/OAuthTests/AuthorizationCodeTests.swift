import CredentialFormat
import Credentials
import Crypto
import Events
import Model
import OAuth
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import TextForms
import Tokens
import Verification

@Suite("A code is exchanged once, by who asked for it", .onEveryEngine)
struct AuthorizationCodeTests {
    @Test(arguments: [AppAuthentication.basic, .none])
    func `the tokens say who lets the app do what, and where`(_ authentication: AppAuthentication) async throws {
        try await withApp(authentication) { desk, app, member in
            let changes = ["scope": "data.read openid", "nonce": "n-1"]
            let code = try await desk.code(for: app, changes, in: desk.tree.france, as: member)
            desk.tree.clock.advance(seconds: 20)
            let tokens = try await desk.exchange(code, for: app)
            #expect(tokens.scope == "data.read openid")
            #expect(tokens.expiresIn == 3600)
            #expect(tokens.refreshToken.hasPrefix("clv_rt_"))
            let caller = try #require(try await desk.verdict(tokens.accessToken).caller)
            #expect(caller.scopes.text == "data.read openid")
            #expect(caller.standing.organization == desk.tree.france.id)
            #expect(caller.credential.identity == .app(app.app.id, for: member.id))
            let idToken = try #require(
                IDToken.verify(
                    Array((tokens.idToken ?? "").utf8), issuer: SampleDesk.issuer, with: desk.tree.keys.keys))
            #expect(idToken.subject == member.id)
            #expect(idToken.audience == app.app.id)
            #expect(idToken.nonce == "n-1")
            #expect(idToken.authenticatedAt.seconds == member.authenticatedAt.seconds)
            let plain = try await desk.consented(to: app, in: desk.tree.france, as: member)
            #expect(plain.idToken == nil)
        }
    }

    @Test func `of 32 who bring one code at once one gets tokens, which are dead then (C2)`() async throws {
        try await withApp { desk, app, member in
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            let ends = await race(32) { _ in try await desk.exchange(code, for: app) }
            let won = ends.compactMap { try? $0.get() }
            #expect(won.count == 1)
            for case .failure(let error) in ends { #expect(error as? OAuthError == OAuthError(.invalidGrant, "")) }
            let tokens = try #require(won.first)
            #expect(try await desk.verdict(tokens.accessToken).rule == .unknown)
            await expect(.invalidGrant) { try await desk.refresh(tokens.refreshToken, for: app) }
            let alarms = try await desk.tree.auditEvents().filter {
                $0.action == AuditAction.lineageReuseDetected.rawValue
            }
            #expect(alarms.count == 1)
        }
    }

    @Test func `a code stays spent over a restart, and its second use ends what came from it (F2)`() async throws {
        try await withApp { desk, app, member in
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            let tokens = try await desk.exchange(code, for: app)
            let refreshed = try await desk.refresh(tokens.refreshToken, for: app)
            #expect(try await desk.verdict(refreshed.accessToken).rule == nil)
            let restarted = SampleDesk(desk.tree)
            desk.tree.clock.advance(seconds: 3600 - 30)
            await expect(.invalidGrant) { try await restarted.exchange(code, for: app) }
            for token in [tokens.accessToken, refreshed.accessToken] {
                #expect(try await desk.verdict(token).rule == .unknown)
                #expect(try await restarted.verdict(token).rule == .unknown)
            }
            await expect(.invalidGrant) { try await desk.refresh(refreshed.refreshToken, for: app) }
        }
    }

    @Test(arguments: [
        ("code_verifier", nil, OAuthError.Code.invalidGrant),
        ("code_verifier", String(ProofKey.verifier.reversed()), .invalidGrant),
        ("code_verifier", ProofKey.challenge, .invalidGrant),
        ("code_verifier", String(ProofKey.verifier.dropLast()), .invalidRequest),
        ("code_verifier", String(repeating: "v", count: 129), .invalidRequest),
        ("code_verifier", ProofKey.verifier + "+", .invalidGrant),
        ("redirect_uri", nil, .invalidGrant), ("redirect_uri", SampleDesk.callback + "/", .invalidGrant),
        ("resource", "https://one.example.com", .invalidTarget), ("code", nil, .invalidRequest),
        ("code", "clv_code_x", .invalidGrant),
        ("code", MintedSecret(.authorizationCode, brand: .claviger).reveal(), .invalidGrant),
        ("code", MintedSecret(.clientSecret, brand: .claviger).reveal(), .invalidGrant),
    ])
    func `what does not fit is refused and spends nothing (C1, C3, R4, F4)`(
        _ name: String, _ value: String?, _ error: OAuthError.Code
    ) async throws {
        try await withApp { desk, app, member in
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            await expect(error) { try await desk.exchange(code, for: app, [name: value]) }
            let tokens = try await desk.exchange(code, for: app)
            #expect(try await desk.verdict(tokens.accessToken).rule == nil)
        }
    }

    @Test func `no challenge wants no verifier (C1)`() async throws {
        let product = Product(name: "Lax", policy: ProductPolicy(confidentialAppsWithoutPKCE: true))
        try await withApp(product: product) { desk, app, member in
            let without = ["code_challenge": String?.none, "code_challenge_method": nil]
            let code = try await desk.code(for: app, without, in: desk.tree.europe, as: member)
            await expect(.invalidGrant) { try await desk.exchange(code, for: app) }
            _ = try await desk.exchange(code, for: app, ["code_verifier": String?.none])
        }
    }

    @Test func `a redirect URI that the request left out is left out again`() async throws {
        try await withApp { desk, app, member in
            let code = try await desk.code(for: app, ["redirect_uri": String?.none], in: desk.tree.europe, as: member)
            await expect(.invalidGrant) { try await desk.exchange(code, for: app) }
            _ = try await desk.exchange(code, for: app, ["redirect_uri": String?.none])
        }
    }

    @Test func `a code is worth nothing to another app, and lives for a minute`() async throws {
        try await withApp { desk, app, member in
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            for authentication in [AppAuthentication.basic, .none] {
                let other = try await desk.app(in: desk.tree.europe, authentication: authentication)
                await expect(.invalidGrant) { try await desk.exchange(code, for: other) }
            }
            let late = try await desk.code(for: app, in: desk.tree.europe, as: member)
            desk.tree.clock.advance(seconds: 60)
            await expect(.invalidGrant) { try await desk.exchange(late, for: app) }
            let intime = try await desk.code(for: app, in: desk.tree.europe, as: member)
            desk.tree.clock.advance(seconds: 59)
            _ = try await desk.exchange(intime, for: app)
        }
    }

    @Test func `an app authenticates as it was registered and not otherwise (F3)`() async throws {
        try await SampleDesk.open { desk in
            let member = try await desk.signedIn(in: desk.tree.europe)
            for authentication in [AppAuthentication.anySecret, .basic, .post, .none] {
                let app = try await desk.app(in: desk.tree.europe, authentication: authentication)
                let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
                let exchange = [
                    ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SampleDesk.callback),
                    ("code_verifier", ProofKey.verifier),
                ]
                let secret = app.secret ?? MintedSecret(.clientSecret, brand: .claviger).reveal()
                let bodies: [(ClientAuthenticationMethod, SampleClient?, [(String, String)])] = [
                    (.none, nil, [("client_id", app.id)]),
                    (.post, nil, [("client_id", app.id), ("client_secret", secret)]),
                    (.basic, SampleClient(id: app.id, secret: secret), []),
                ]
                for (method, client, own) in bodies where !authentication.accepts(method) {
                    let error = await #expect(throws: OAuthError(.invalidClient, "")) {
                        try await desk.tokens(as: client, own + exchange)
                    }
                    // Whoever has proved to know the secret is told what is wrong, and nobody else.
                    let isProven = app.secret != nil && method != .none
                    #expect(error?.rule == (isProven ? "wrong_method" : "invalid_client"))
                    let registered = authentication.only?.rawValue ?? ""
                    #expect(error?.description.contains("registered for \(registered)") == isProven)
                    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "clv_rt_x")]
                    await expect(.invalidClient) { try await desk.tokens(as: client, own + refresh) }
                }
                await expect(.invalidClient) { try await desk.tokens(as: nil, exchange) }
                for (method, client, own) in bodies where authentication.accepts(method) {
                    let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
                    _ = try await desk.tokens(
                        as: client, own + exchange.map { ($0.0, $0.0 == "code" ? code : $0.1) })
                    if method == .none { continue }
                    // A wrong secret hears nothing of methods, however it is sent.
                    let wrong = MintedSecret(.clientSecret, brand: .claviger).reveal()
                    let claim = client.map { SampleClient(id: $0.id, secret: wrong) }
                    let body = own.map { ($0.0, $0.0 == "client_secret" ? wrong : $0.1) }
                    let error = await #expect(throws: OAuthError(.invalidClient, "")) {
                        try await desk.tokens(as: claim, body + exchange)
                    }
                    #expect(error?.rule == "invalid_client")
                }
            }
        }
    }

    @Test func `a verifier is held against its challenge and not to an alphabet (RFC 7636 §4.6)`() async throws {
        try await withApp { desk, app, member in
            // As git-credential-oauth of Debian 12 writes it, and what no standard allows but any hash does.
            for verifier in [ProofKey.verifier + "=", ProofKey.verifier + " +/\"ä"] {
                let challenge = Base64URL.text(Array(SHA256.hash(data: Array(verifier.utf8))))
                let code = try await desk.code(
                    for: app, ["code_challenge": challenge], in: desk.tree.europe, as: member)
                await expect(.invalidGrant) { try await desk.exchange(code, for: app) }
                _ = try await desk.exchange(code, for: app, ["code_verifier": verifier])
            }
        }
    }

    @Test func `a code bears five wrong verifiers, and then not the right one (RFC 6749 §10.10)`() async throws {
        try await withApp { desk, app, member in
            let wrong: [String: String?] = ["code_verifier": String(ProofKey.verifier.reversed())]
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            for attempt in 1...AuthorizationCodeGrant.maximumWrongVerifiers {
                let changes = attempt == 3 ? ["code_verifier": String?.none] : wrong
                let error = await #expect(throws: OAuthError(.invalidGrant, "")) {
                    try await desk.exchange(code, for: app, changes)
                }
                #expect(error?.rule == "pkce")
            }
            for _ in 0..<2 {
                let error = await #expect(throws: OAuthError(.invalidGrant, "")) {
                    try await desk.exchange(code, for: app)
                }
                #expect(error?.rule == "pkce_attempts")
            }
            #expect(
                try await desk.tree.auditEvents().allSatisfy { $0.action != AuditAction.lineageReuseDetected.rawValue })
            let other = try await desk.code(for: app, in: desk.tree.europe, as: member)
            for _ in 1..<AuthorizationCodeGrant.maximumWrongVerifiers {
                await expect(.invalidGrant) { try await desk.exchange(other, for: app, wrong) }
            }
            _ = try await desk.exchange(other, for: app)
        }
    }

    @Test func `of many wrong verifiers at once none is forgotten`() async throws {
        try await withApp { desk, app, member in
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            let wrong = ["code_verifier": String(ProofKey.verifier.reversed())]
            let ends = await race(16) { _ in try await desk.exchange(code, for: app, wrong) }
            let rules = ends.map { end in
                if case .failure(let error as OAuthError) = end { error.rule } else { "" }
            }
            #expect(rules.filter { $0 == "pkce" }.count == AuthorizationCodeGrant.maximumWrongVerifiers)
            #expect(rules.filter { $0 == "pkce_attempts" }.count == 11)
            await expect(.invalidGrant) { try await desk.exchange(code, for: app) }
        }
    }

    @Test func `a code dies with the removal of the redirect URI that it went to, also of one left out`() async throws {
        for name in [true, false] {
            try await withApp { desk, app, member in
                let left: [String: String?] = name ? [:] : ["redirect_uri": nil]
                let codes = [
                    try await desk.code(for: app, left, in: desk.tree.europe, as: member),
                    try await desk.code(for: app, left, in: desk.tree.europe, as: member),
                ]
                let (id, organization) = (app.app.id, app.app.organization)
                func set(_ uris: [String]) async throws {
                    _ = try await desk.tree.store.write { [apps = desk.tree.apps] tx in
                        try apps.edit(
                            id, in: organization, AppEdit(redirectURIs: uris), as: SampleTree.theOperator, tx: tx)
                    }
                }
                try await set(["https://app.example.com/new", SampleDesk.callback])
                _ = try await desk.exchange(codes[0], for: app, left)
                try await set(["https://app.example.com/new"])
                await expect(.invalidGrant) { try await desk.exchange(codes[1], for: app, left) }
            }
        }
    }

    @Test func `only an app has codes to exchange`() async throws {
        try await withApp { desk, app, member in
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            let integration = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let parameters = [
                ("code", code), ("redirect_uri", SampleDesk.callback), ("code_verifier", ProofKey.verifier),
            ]
            await expect(.unauthorizedClient) {
                try await desk.tokens(as: integration, [("grant_type", "authorization_code")] + parameters)
            }
            await expect(.unauthorizedClient) { try await desk.token(app.client) }
        }
    }

    @Test func `what the user, the grant, the app or the account lost since is not given`() async throws {
        let endings: [@Sendable (SampleDesk, SampleApp, SignedInMember) async throws -> Void] = [
            { desk, _, member in
                let id = member.id
                try await desk.tree.store.write { tx in
                    try tx.delete(id)
                    tx.announce(.member(id))
                }
            },
            { desk, app, member in
                let (id, app) = (member.id, app.app.id)
                try await desk.tree.store.write { tx in
                    for placed in try tx.askingApp(app, of: id)?.grants ?? [] { try tx.delete(placed.grant.id) }
                }
            },
            { desk, _, _ in try await desk.suspend(desk.tree.global) },
        ]
        for end in endings {
            try await withApp(availability: .everyone, of: \.stranger) { desk, app, member in
                let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
                try await end(desk, app, member)
                await expect(.invalidGrant) { try await desk.exchange(code, for: app) }
            }
        }
        try await withApp(availability: .everyone, of: \.stranger) { desk, app, member in
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            try await desk.suspend(desk.tree.stranger)
            await expect(.unauthorizedClient) { try await desk.exchange(code, for: app) }
        }
    }

    @Test func `a store that fails gives nothing, and the code can be tried again`() async throws {
        try await withApp { desk, app, member in
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            desk.store.refusesWrites = true
            await #expect(throws: StoreError.self) { try await desk.exchange(code, for: app) }
            desk.store.refusesWrites = false
            _ = try await desk.exchange(code, for: app)
        }
    }

    @Test func `tokens live as long as the app says, and for the resource that the request named`() async throws {
        try await SampleDesk.open { desk in
            let backend = "https://one.example.com"
            _ = try await desk.resourceServer([backend])
            let app = try await desk.app(in: desk.tree.europe, accessTokenSeconds: 120, tokenFormat: .jwt)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let code = try await desk.code(for: app, ["resource": backend], in: desk.tree.europe, as: member)
            let tokens = try await desk.exchange(code, for: app, ["resource": backend])
            #expect(tokens.expiresIn == 120)
            #expect(tokens.accessToken.hasPrefix("eyJ"))
            #expect(try await desk.verdict(tokens.accessToken, audiences: [backend]).rule == nil)
            #expect(try await desk.verdict(tokens.accessToken).rule == .audience)
        }
    }

    @Test(arguments: [nil, "https://api.example.com"])
    func `a resource that was named is the only one, whatever else the user consents to (F4)`(
        _ audience: String?
    ) async throws {
        try await SampleDesk.open(product: Product(name: "Other", audience: audience)) { desk in
            let backend = "https://one.example.com"
            _ = try await desk.resourceServer([backend])
            let app = try await desk.app(
                in: desk.tree.europe, scopes: "claviger:api-keys.read data.read email openid profile")
            let member = try await desk.signedIn(in: desk.tree.europe)
            let changes = ["resource": backend, "scope": "data.read email openid profile"]
            let first = try await desk.consented(to: app, changes, in: desk.tree.europe, as: member)
            let second = try await desk.refresh(first.refreshToken, for: app)
            for token in [first.accessToken, second.accessToken] {
                #expect(try await desk.verdict(token, audiences: [backend]).rule == nil)
                for other in [SampleDesk.issuer, audience ?? SampleDesk.issuer] {
                    #expect(try await desk.verdict(token, audiences: [other]).rule == .audience)
                }
                let user = try await UserInfoEndpoint(verifier: desk.verifier, store: desk.store)
                    .answer(token, from: nil, at: desk.now)
                guard case .user(member.id, _) = user else {
                    Issue.record("\(user)")
                    continue
                }
            }
        }
    }

    @Test func `management scopes go to no other resource than ourselves (F4)`() async throws {
        try await SampleDesk.open(product: Product(name: "Other", audience: "https://api.example.com")) { desk in
            let backend = "https://one.example.com"
            _ = try await desk.resourceServer([backend])
            let app = try await desk.app(in: desk.tree.europe, scopes: "claviger:api-keys.read data.read openid")
            let member = try await desk.signedIn(in: desk.tree.europe)
            for (scope, resource, error) in [
                ("claviger:api-keys.read data.read", backend, "invalid_target"), (nil, backend, "invalid_target"),
                ("claviger:api-keys.read", "https://api.example.com", "invalid_target"),
                ("data.read openid", backend, nil), ("claviger:api-keys.read data.read", SampleDesk.issuer, nil),
            ] as [(String?, String, String?)] {
                let query = desk.request(of: app, ["scope": scope, "resource": resource])
                #expect(try await desk.authorize(query, as: member).error == error, "\(scope ?? "all") \(resource)")
            }
            let tokens = try await desk.consented(
                to: app, ["scope": "claviger:api-keys.read data.read"], in: desk.tree.europe, as: member)
            for audience in [SampleDesk.issuer, "https://api.example.com"] {
                #expect(try await desk.verdict(tokens.accessToken, audiences: [audience]).rule == nil)
            }
        }
    }

    @Test func `a redirect URI that the app no longer has brings no tokens`() async throws {
        let loopback = "http://127.0.0.1/back"
        try await SampleDesk.open { desk in
            let uris = [SampleDesk.callback, "https://app.example.com/other", loopback]
            let app = try await desk.app(in: desk.tree.europe, redirectURIs: uris)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let named = "http://127.0.0.1:4711/back"
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            let local = try await desk.code(for: app, ["redirect_uri": named], in: desk.tree.europe, as: member)
            try await edit(app, AppEdit(redirectURIs: Array(uris.dropFirst())), at: desk)
            await expect(.invalidGrant) { try await desk.exchange(code, for: app) }
            _ = try await desk.exchange(local, for: app, ["redirect_uri": named])
            try await edit(app, AppEdit(redirectURIs: uris), at: desk)
            _ = try await desk.exchange(code, for: app)
        }
    }

    @Test func `an app that is set back to its own account's users gets no tokens for others (S4, I6)`() async throws {
        try await withApp(availability: .everyone, of: \.stranger) { desk, app, member in
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            try await edit(app, AppEdit(availableTo: "account"), at: desk)
            await expect(.invalidGrant) { try await desk.exchange(code, for: app) }
            try await edit(app, AppEdit(availableTo: "everyone"), at: desk)
            _ = try await desk.exchange(code, for: app)
        }
    }

    @Test func `the reply says what the token is worth, not what the user could give once (RFC 6749 §5.1)`()
        async throws
    {
        try await SampleDesk.open { desk in
            let scopes = "claviger:api-keys.read data.read"
            let app = try await desk.app(in: desk.tree.europe, scopes: scopes, tokenFormat: .jwt)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let codes = [
                try await desk.code(for: app, ["scope": scopes], in: desk.tree.europe, as: member),
                try await desk.code(for: app, ["scope": scopes], in: desk.tree.europe, as: member),
                try await desk.code(
                    for: app, ["scope": "claviger:api-keys.read"], in: desk.tree.europe, as: member),
            ]
            let whole = try await desk.exchange(codes[0], for: app)
            #expect(whole.scope == scopes)
            try await setRoles([], of: member, at: desk)
            let exchanged = try await desk.exchange(codes[1], for: app)
            let refreshed = try await desk.refresh(whole.refreshToken, for: app)
            for tokens in [exchanged, refreshed] {
                #expect(tokens.scope == "data.read")
                let token = JWTAccessToken.verify(
                    Array(tokens.accessToken.utf8), issuer: SampleDesk.issuer, with: desk.tree.keys.keys)
                #expect(token?.scopes.text == "data.read")
            }
            await expect(.invalidScope) { try await desk.exchange(codes[2], for: app) }
            try await setRoles(["admin"], of: member, at: desk)
            for tokens in [exchanged, refreshed] {
                #expect(try await desk.refresh(tokens.refreshToken, for: app).scope == scopes)
            }
        }
    }

    private func edit(_ app: SampleApp, _ edit: AppEdit, at desk: SampleDesk) async throws {
        let (id, organization) = (app.app.id, app.app.organization)
        _ = try await desk.tree.store.write { [apps = desk.tree.apps] tx in
            try apps.edit(id, in: organization, edit, as: SampleTree.theOperator, tx: tx)
        }
    }

    private func setRoles(_ roles: [String], of member: SignedInMember, at desk: SampleDesk) async throws {
        let (id, organization) = (member.id, desk.tree.europe.id)
        _ = try await desk.tree.store.write { [members = desk.tree.members] tx in
            try members.edit(id, in: organization, MemberEdit(roles: roles), as: SampleTree.theOperator, tx: tx)
        }
    }

    @Test func `a grant has at most fifty lineages, and the oldest goes`() async throws {
        try await withApp { desk, app, member in
            let first = try await desk.consented(to: app, in: desk.tree.europe, as: member)
            for _ in 0..<AuthorizationCodeGrant.lineagesPerGrant {
                desk.tree.clock.advance(seconds: 1)
                _ = try await desk.consented(to: app, in: desk.tree.europe, as: member)
            }
            #expect(try await desk.verdict(first.accessToken).rule == .unknown)
            await expect(.invalidGrant) { try await desk.refresh(first.refreshToken, for: app) }
        }
    }

    private func withApp(
        _ authentication: AppAuthentication = .basic, product: Product = .standard,
        availability: App.Availability = .account, of owner: (SampleTree) -> Organization = \.europe,
        _ use: (SampleDesk, SampleApp, SignedInMember) async throws -> Void
    ) async throws {
        try await SampleDesk.open(product: product) { desk in
            let app = try await desk.app(
                in: owner(desk.tree), authentication: authentication, availability: availability)
            try await use(desk, app, try await desk.signedIn(in: desk.tree.europe))
        }
    }
}
