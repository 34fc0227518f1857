import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Tokens
import Verification

@Suite("The token endpoint", .onEveryEngine)
struct TokenEndpointTests {
    private static let backend = "https://one.example.com"

    @Test(arguments: [
        (nil, "data.read reports.read"), ("data.read", "data.read"),
        ("reports.read data.read", "data.read reports.read"),
        ("data.read data.read", "data.read"), ("", "data.read reports.read"), (" data.read", "data.read"),
        ("data.read ", "data.read"), ("  reports.read data.read   ", "data.read reports.read"),
    ])
    func `a token has the scopes that were asked for, or all`(_ asked: String?, _ given: String) async throws {
        try await withClient { desk, client in
            let issued = try await desk.token(client, asked.map { [("scope", $0)] } ?? [])
            #expect(issued.token.scopes.text == given)
            #expect(try await desk.verdict(issued.text).caller?.scopes.text == given)
        }
    }

    @Test(arguments: ["data.write", "data.read data.write", "nothing", "claviger:accounts.manage", "data", "DATA.READ"])
    func `more than the client has is refused`(_ scope: String) async throws {
        try await withClient { desk, client in
            let error = await #expect(throws: OAuthError(.invalidScope, "")) {
                try await desk.token(client, [("scope", scope)])
            }
            let refused = scope.split(separator: " ").filter { $0 != "data.read" }.joined(separator: " ")
            #expect(error?.description == "The client does not have all of these scopes. Refused: \(refused)")
        }
    }

    @Test func `without a user there is no OpenID Connect, so nothing is dropped`() async throws {
        try await withClient { desk, client in
            for scope in ["openid data.read", "data.read offline_access", "openid"] {
                await expect(.invalidScope) { try await desk.token(client, [("scope", scope)]) }
            }
        }
    }

    @Test(arguments: [
        "data.read  reports.read", "data\"read", "data\\read", "é", "a\tb", " ",
    ])
    func `what is no scope list is refused`(_ scope: String) async throws {
        try await withClient { desk, client in
            await expect(.invalidScope) { try await desk.token(client, [("scope", scope)]) }
        }
    }

    @Test func `a token is meant for the issuer, the product's backend, or the one that was asked for`() async throws {
        try await withClient { desk, client in
            _ = try await desk.resourceServer([Self.backend, "urn:two"])
            #expect(try await desk.token(client).token.audiences == [SampleDesk.issuer])
            for resource in [Self.backend, "urn:two", SampleDesk.issuer] {
                #expect(try await desk.token(client, [("resource", resource)]).token.audiences == [resource])
            }
        }
        try await withClient(product: Product(name: "Other", audience: "https://api.example.com")) { desk, client in
            #expect(try await desk.token(client).token.audiences == ["https://api.example.com"])
            let token = try await desk.token(client, [("resource", "https://api.example.com")])
            #expect(token.token.audiences == ["https://api.example.com"])
        }
    }

    /// What is registered, and what names it.
    @Test(arguments: [
        ("https://one.example.com", "https://one.example.com/"),
        ("https://one.example.com/", "https://one.example.com"),
        ("https://one.example.com?a=b", "https://one.example.com/?a=b"),
        ("https://one.example.com:8443", "https://one.example.com:8443/"),
    ])
    func `an empty path is the path of a slash, and the audience as it is registered`(
        _ registered: String, _ named: String
    ) async throws {
        try await withClient { desk, client in
            _ = try await desk.resourceServer([registered])
            for resource in [named, registered] {
                #expect(try await desk.token(client, [("resource", resource)]).token.audiences == [registered])
            }
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            for (first, then) in [(named, registered), (registered, named)] {
                let code = try await desk.code(for: app, ["resource": first], in: desk.tree.europe, as: member)
                let tokens = try await desk.exchange(code, for: app, ["resource": then])
                #expect(try await desk.verdict(tokens.accessToken, audiences: [registered]).rule == nil)
                let next = try await desk.refresh(tokens.refreshToken, for: app, [("resource", first)])
                #expect(try await desk.verdict(next.accessToken, audiences: [registered]).rule == nil)
            }
            for own in [SampleDesk.issuer + "/", SampleDesk.issuer] {
                #expect(try await desk.token(client, [("resource", own)]).token.audiences == [SampleDesk.issuer])
            }
        }
    }

    @Test func `each of two that differ in the slash alone is itself`() async throws {
        try await withClient { desk, client in
            _ = try await desk.resourceServer([Self.backend, Self.backend + "/"])
            for resource in [Self.backend, Self.backend + "/"] {
                #expect(try await desk.token(client, [("resource", resource)]).token.audiences == [resource])
            }
        }
    }

    @Test func `two resources are no target`() async throws {
        try await withClient { desk, client in
            _ = try await desk.resourceServer([Self.backend, "urn:two"])
            for second in [Self.backend, "urn:two", ""] {
                await expect(.invalidTarget) {
                    try await desk.token(client, [("resource", Self.backend), ("resource", second)])
                }
            }
            let all = [("resource", "a"), ("resource", "b"), ("scope", "data.read"), ("scope", "data.read")]
            await expect(.invalidRequest) { try await desk.token(client, all) }
        }
    }

    @Test(arguments: [
        "https://two.example.com", "https://one.example.com//", "https://one.example.com/.",
        "https://one.example.com/a",
        "https://one.example.com:443", "https://one.example.com/#", "https://one.example.com?", "https:///",
        "HTTPS://ONE.EXAMPLE.COM", "x", " ",
    ])
    func `a resource that nobody registered is no target`(_ resource: String) async throws {
        try await withClient { desk, client in
            _ = try await desk.resourceServer([Self.backend])
            for _ in 0..<2 {
                await expect(.invalidTarget) { try await desk.token(client, [("resource", resource)]) }
            }
        }
    }

    @Test func `a resource counts as soon as it is registered, and no longer than it is`() async throws {
        try await withClient { desk, client in
            await expect(.invalidTarget) { try await desk.token(client, [("resource", Self.backend)]) }
            let server = try await desk.resourceServer([Self.backend])
            _ = try await desk.token(client, [("resource", Self.backend)])
            _ = try await desk.tree.store.write { [servers = desk.tree.resourceServers] tx in
                try servers.edit(
                    server.credential.id, ResourceServerEdit(audiences: ["urn:two"]), as: SampleTree.theOperator,
                    tx: tx)
            }
            await expect(.invalidTarget) { try await desk.token(client, [("resource", Self.backend)]) }
            _ = try await desk.token(client, [("resource", "urn:two")])
        }
    }

    @Test func `management scopes are meant for the management API as well`() async throws {
        try await SampleDesk.open(product: Product(name: "Other", audience: "https://api.example.com")) { desk in
            let scopes = ["data.read", "claviger:api-keys.read"]
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe, scopes: scopes))
            let both = ["https://api.example.com", SampleDesk.issuer]
            #expect(try await desk.token(client).token.audiences == both)
            let narrow = try await desk.token(client, [("scope", "data.read")])
            #expect(narrow.token.audiences == ["https://api.example.com"])
            #expect(try await desk.verdict(narrow.text, audiences: [SampleDesk.issuer]).rule == .audience)
        }
    }

    @Test func `management scopes go to no other resource than ourselves (F4)`() async throws {
        try await SampleDesk.open { desk in
            _ = try await desk.resourceServer([Self.backend])
            let scopes = ["data.read", "claviger:api-keys.read"]
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe, scopes: scopes))
            let there = ("resource", Self.backend)
            await expect(.invalidTarget) { try await desk.token(client, [there]) }
            await expect(.invalidTarget) { try await desk.token(client, [there, ("scope", "claviger:api-keys.read")]) }
            let narrow = try await desk.token(client, [there, ("scope", "data.read")])
            #expect(narrow.token.audiences == [Self.backend])
            let here = try await desk.token(client, [("resource", SampleDesk.issuer)])
            #expect(here.token.audiences == [SampleDesk.issuer])
        }
    }

    @Test(arguments: [(nil, 3600), (60, 60), (86_400, 86_400)])
    func `a token lives as long as its client says, or the product`(_ seconds: Int?, _ expected: Int) async throws {
        try await SampleDesk.open { desk in
            let draft = IntegrationDraft(label: "Sync", scopes: ["data.read"], accessTokenSeconds: seconds)
            let client = SampleClient(try await desk.integration(draft, in: desk.tree.europe))
            let issued = try await desk.token(client)
            #expect(issued.expiresIn == expected)
            #expect(issued.token.issuedAt == desk.now)
            #expect(issued.token.expiresAt == desk.now.adding(seconds: expected))
        }
    }

    @Test func `the product's maximum holds for clients of before it`() async throws {
        try await SampleDesk.open { desk in
            let draft = IntegrationDraft(label: "Sync", scopes: ["data.read"], accessTokenSeconds: 86_400)
            let integration = try await desk.integration(draft, in: desk.tree.europe).credential
            let strict = Product(
                name: "Strict", policy: ProductPolicy(accessTokenSeconds: 300, accessTokenMaximumSeconds: 600))
            let issuer = TokenIssuer(keyRing: desk.tree.keys, product: strict, issuer: SampleDesk.issuer)
            let standing = Standing(
                path: desk.tree.europe.path, isSuspended: false, isOperator: false, features: [.apiAccess],
                validities: [])
            let access = GrantedAccess(
                integration: integration, clientText: integration.id.description, standing: standing,
                scopes: integration.scopes, audiences: [SampleDesk.issuer])
            #expect(try issuer.issue(access, at: desk.now).expiresIn == 600)
        }
    }

    @Test func `a client may have JWTs, which are worth the same`() async throws {
        try await SampleDesk.open { desk in
            let draft = IntegrationDraft(label: "Sync", scopes: ["data.read"], tokenFormat: "jwt")
            let client = SampleClient(try await desk.integration(draft, in: desk.tree.europe))
            let issued = try await desk.token(client)
            #expect(issued.text.hasPrefix("eyJ"))
            let read = JWTAccessToken.verify(
                Array(issued.text.utf8), issuer: SampleDesk.issuer, with: desk.tree.keys.keys)
            #expect(read?.id == issued.token.id)
            #expect(read?.audiences == issued.token.audiences)
            #expect(try await desk.verdict(issued.text, scopes: ["data.read"]).rule == nil)
            #expect(try await desk.revoke(issued.text, as: client))
            #expect(try await desk.verdict(issued.text).rule == .revoked)
        }
    }

    @Test func `each token is another one, and none prints itself`() async throws {
        try await withClient { desk, client in
            let (first, second) = (try await desk.token(client), try await desk.token(client))
            #expect(first.token.id != second.token.id)
            #expect(first.text != second.text)
            #expect("\(first)" == first.token.id.description)
        }
    }

    @Test(arguments: [
        ([], OAuthError.Code.invalidRequest), ([("grant_type", "")], .invalidRequest),
        ([("grant_type", "password")], .unsupportedGrantType),
        ([("grant_type", "Client_credentials")], .unsupportedGrantType),
        ([("grant_type", "client_credentials ")], .unsupportedGrantType),
        ([("grant_type", "authorization_code")], .invalidRequest), ([("grant_type", "refresh_token")], .invalidRequest),
    ])
    func `only grants that are offered are answered`(
        _ parameters: [(String, String)], _ code: OAuthError.Code
    ) async throws {
        try await withClient { desk, client in
            await expect(code) {
                var record = JudgementRecord()
                _ = try desk.tokens.answer(
                    desk.request(client, parameters), desk.verifier.evidence(), noting: &record)
            }
        }
    }

    @Test func `a resource server gets no token`() async throws {
        try await SampleDesk.open { desk in
            let server = SampleClient(try await desk.resourceServer([Self.backend]))
            await expect(.unauthorizedClient) { try await desk.token(server) }
        }
    }

    @Test func `unknown parameters are ignored`() async throws {
        try await withClient { desk, client in
            _ = try await desk.token(client, [("audience", "x"), ("username", "y"), ("redirect_uri", "z")])
        }
    }

    private func withClient(
        product: Product = .standard, _ use: (SampleDesk, SampleClient) async throws -> Void
    ) async throws {
        try await SampleDesk.open(product: product) { desk in
            let scopes = ["data.read", "reports.read"]
            try await use(desk, SampleClient(try await desk.tree.integration(in: desk.tree.europe, scopes: scopes)))
        }
    }
}
