import CredentialFormat
import HTTPTypes
import Limits
import Model
import OAuth
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Verification

@testable import HTTPServing

@Suite("Limits on tokens that clients are given", .onEveryEngine)
struct TokenLimitTests {
    private static let product = Product(
        name: "Limited",
        rateLimits: [
            RateLimit(name: "tokens", amount: 3, per: .day, counting: .tokens),
            RateLimit(name: "calls", amount: 100, per: .day),
        ])

    /// What the token endpoint answers.
    private struct Desk {
        let routes: HotRoutes
        let desk: SampleDesk

        init(_ desk: SampleDesk) {
            self.desk = desk
            routes = HotRoutes(over: desk)
        }

        func ask(_ client: SampleClient, _ form: [(String, String)]) async -> HotReply {
            let body = form.map { "\(Front.encoded($0))=\(Front.encoded($1))" }.joined(separator: "&")
            return await routes.answer(
                HotRequest(.oauth(.token), [("Authorization", client.basic)], body, at: desk.now))
        }

        func token(_ client: SampleClient) async -> HotReply {
            await ask(client, [("grant_type", "client_credentials")])
        }

        func exchange(_ code: String, _ client: SampleClient) async -> HotReply {
            await ask(
                client,
                [
                    ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SampleDesk.callback),
                    ("code_verifier", ProofKey.verifier),
                ])
        }

        func refresh(_ token: String, _ client: SampleClient) async -> HotReply {
            await ask(client, [("grant_type", "refresh_token"), ("refresh_token", token)])
        }
    }

    @Test func `one token too many is 429 with the code for later, of that client alone, and calls count apart`()
        async throws
    {
        try await SampleDesk.open(product: Self.product) { desk in
            let endpoint = Desk(desk)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let other = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let first = await endpoint.token(client)
            #expect(first.status == .ok)
            #expect(first["RateLimit-Policy"] == "\"tokens\";q=3;w=86400")
            #expect(first["RateLimit"]?.hasPrefix("\"tokens\";r=2;t=") == true)
            let unknown = [("grant_type", "client_credentials"), ("scope", "no")]
            #expect(await endpoint.ask(client, unknown).status == .badRequest)
            for _ in 0..<2 { #expect(await endpoint.token(client).status == .ok) }
            let refused = await endpoint.token(client)
            #expect(refused.status == .tooManyRequests)
            #expect(refused["RateLimit"]?.hasPrefix("\"tokens\";r=0;t=") == true)
            #expect(refused["RateLimit"]?.hasSuffix(";t=\(refused["Retry-After"] ?? "")") == true)
            #expect(refused.rule == "rate")
            #expect(try JSON(parsing: refused.body)["error"] == "temporarily_unavailable")
            #expect(await endpoint.token(other).status == .ok)
            let token = try JSON(parsing: first.body)["access_token"].string
            let call = await endpoint.routes.answer(
                HotRequest(.verify, [("Authorization", "Bearer \(token)")], nil, at: desk.now))
            #expect(call.status == .ok)
            #expect(call["RateLimit-Policy"] == "\"calls\";q=100;w=86400")
            try await desk.verifier.refusals.flush()
            let kept = try await desk.store.read { tx in
                try tx.refusals(
                    .within(desk.tree.global.path), matching: .init(rule: "rate", kinds: [.integration]),
                    since: Instant(milliseconds: 0), after: nil, limit: 10)
            }
            #expect(kept.map(\.credential) == [client.id])
            #expect(kept.map(\.door) == [.token])
            // The next day begins anew.
            desk.tree.clock.advance(seconds: 86_400)
            #expect(await endpoint.token(client).status == .ok)
        }
    }

    @Test func `what is worth nothing uses nothing up, and a lost reply is repeated where nothing is left`()
        async throws
    {
        try await SampleDesk.open(product: Self.product) { desk in
            let endpoint = Desk(desk)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let app = try await desk.app(in: desk.tree.europe)
            let client = try #require(app.client)
            let nonsense = MintedSecret(.authorizationCode, brand: Self.product.brand).reveal()
            for _ in 0..<5 { #expect(await endpoint.exchange(nonsense, client).status == .badRequest) }
            let first = await endpoint.exchange(
                try await desk.code(for: app, in: desk.tree.europe, as: member), client)
            #expect(first.status == .ok)
            let token = try JSON(parsing: first.body)["refresh_token"].string
            let second = await endpoint.refresh(token, client)
            #expect(second["RateLimit"]?.hasPrefix("\"tokens\";r=1;t=") == true)
            let newer = try JSON(parsing: second.body)["refresh_token"].string
            let third = await endpoint.refresh(newer, client)
            #expect(third["RateLimit"]?.hasPrefix("\"tokens\";r=0;t=") == true)
            let newest = try JSON(parsing: third.body)["refresh_token"].string
            for _ in 0..<2 { #expect(await endpoint.refresh(newest, client).status == .tooManyRequests) }
            let repeated = await endpoint.refresh(newer, client)
            #expect(repeated.status == .ok)
            #expect(repeated.body == third.body)
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            #expect(await endpoint.exchange(code, client).status == .tooManyRequests)
            // None of it was spent.
            desk.tree.clock.advance(seconds: 86_400)
            #expect(await endpoint.refresh(newest, client).status == .ok)
        }
    }
}

extension HotReply {
    fileprivate subscript(name: String) -> String? { fields.first { "\($0.name)" == name }?.value }
}
