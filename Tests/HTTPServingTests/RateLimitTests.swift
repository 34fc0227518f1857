import CredentialFormat
import Credentials
import HTTPTypes
import Limits
import Model
import OAuth
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Verification

@testable import HTTPServing

@Suite("Rate limits at /verify", .onEveryEngine)
struct RateLimitTests {
    private static let product = Product(
        name: "Limited",
        plans: PlanCatalogue([
            PlanDefinition(name: "large", rateLimits: [RateLimit(name: "minute", amount: 6000, per: .minute)])
        ]),
        rateLimits: [
            RateLimit(name: "minute", amount: 60, per: .minute, burst: 3),
            RateLimit(name: "daily", amount: 20, per: .day, of: .account),
            RateLimit(name: "watched", amount: 2, per: .month, of: .organization, mode: .observe, for: [.apiKey]),
        ])

    /// What `/verify` answers to a credential.
    private struct Gateway {
        let routes: HotRoutes
        let desk: SampleDesk

        init(_ desk: SampleDesk) {
            self.desk = desk
            routes = HotRoutes(over: desk)
        }

        func ask(_ credential: String, _ query: Substring? = nil) async -> HotReply {
            await routes.answer(
                HotRequest(.verify, [("Authorization", "Bearer \(credential)")], nil, query: query, at: desk.now))
        }

        /// The statuses of so many calls.
        func ask(_ credential: String, _ query: Substring? = nil, times: Int) async -> [Int] {
            var statuses: [Int] = []
            for _ in 0..<times { statuses.append(await ask(credential, query).status.code) }
            return statuses
        }
    }

    @Test func `a call that is too much is 429 with what remains, when to come again, and which limits refuse`()
        async throws
    {
        try await SampleDesk.open(product: Self.product) { desk in
            let gateway = Gateway(desk)
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: ["data.read"])
            let first = await gateway.ask(key.secret)
            #expect(first.status == .ok)
            let policy = "\"minute\";q=60;w=60, \"daily\";q=20;w=86400, \"watched\";q=2"
            #expect(first["RateLimit-Policy"] == policy)
            #expect(first["RateLimit"]?.hasPrefix("\"minute\";r=2;t=1, \"daily\";r=19;t=") == true)
            #expect(first["X-Auth-Credential"] == key.credential.id.description)
            #expect(await gateway.ask(key.secret, times: 2) == [200, 200])
            let refused = await gateway.ask(key.secret)
            #expect(refused.status == .tooManyRequests)
            #expect(refused["RateLimit"] == "\"minute\";r=0;t=1")
            #expect(refused["RateLimit-Policy"] == policy)
            #expect(refused["Retry-After"] == "1")
            #expect(refused["X-Auth-Reason"] == nil)
            #expect(refused["X-Auth-Subject"] == nil)
            #expect(refused.rule == "rate")
            let problem = try JSON(parsing: refused.body)
            #expect(problem["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded")
            #expect(try problem["violated-policies"].elements.map { try $0.string } == ["minute"])
            let forbidden = await gateway.ask(key.secret, "on_limit=403")
            #expect(forbidden.status == .forbidden)
            #expect(forbidden["X-Auth-Reason"] == "rate")
            #expect(forbidden["Retry-After"] == "1")
            // Who waits as long as was said gets in.
            desk.tree.clock.advance(seconds: 1)
            #expect(await gateway.ask(key.secret, times: 2) == [200, 429])
            try await desk.verifier.refusals.flush()
            let kept = try await desk.store.read { tx in
                try tx.refusals(
                    .within(desk.tree.global.path), matching: .init(rule: "rate", kinds: [.apiKey]),
                    since: Instant(milliseconds: 0), after: nil, limit: 10)
            }
            #expect(kept.count == 3)
        }
    }

    @Test func `a call costs what the rule says, and counts with its account; what nothing admits counts nowhere`()
        async throws
    {
        try await SampleDesk.open(product: Self.product) { desk in
            let gateway = Gateway(desk)
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: ["data.read"])
            let other = try await desk.tree.key(in: desk.tree.northAmerica, scopes: ["data.read"])
            #expect(await gateway.ask(key.secret, "cost=4", times: 1) == [429])
            #expect(await gateway.ask(key.secret, "cost=0", times: 5) == [200, 200, 200, 200, 200])
            #expect(await gateway.ask(key.secret, "cost=3", times: 2) == [200, 429])
            #expect(await gateway.ask(key.secret, "cost=-1", times: 1) == [400])
            for _ in 0..<5 {
                desk.tree.clock.advance(seconds: 3)
                #expect(await gateway.ask(other.secret, "cost=3", times: 1) == [200])
            }
            // 18 of 20 are used in the account, by both.
            desk.tree.clock.advance(seconds: 3)
            let refused = await gateway.ask(key.secret, "cost=3")
            #expect(refused.status == .tooManyRequests)
            #expect(refused["RateLimit"]?.hasPrefix("\"daily\";r=2;t=") == true)
            #expect(refused["RateLimit"]?.hasSuffix(";t=\(refused["Retry-After"] ?? "")") == true)
            #expect(await gateway.ask("nonsense", times: 1) == [401])
        }
    }

    @Test func `what lacks a scope counts, too, and is told so until it is too much`() async throws {
        try await SampleDesk.open(product: Self.product) { desk in
            let gateway = Gateway(desk)
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: ["data.read"])
            #expect(await gateway.ask(key.secret, "scope=data.write", times: 4) == [403, 403, 403, 429])
        }
    }

    @Test func `tokens count with their integration, and another plan raises a limit`() async throws {
        try await SampleDesk.open(product: Self.product) { desk in
            let gateway = Gateway(desk)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            var statuses: [Int] = []
            for _ in 0..<4 {
                statuses += await gateway.ask(try await desk.token(client).text, times: 1)
            }
            #expect(statuses == [200, 200, 200, 429])
            try await desk.put(desk.tree.global, on: "large")
            let token = try await desk.token(client).text
            #expect(await gateway.ask(token, times: 4) == [200, 200, 200, 200])
            #expect(await gateway.ask(token)["RateLimit-Policy"]?.hasPrefix("\"minute\";q=6000;w=60, ") == true)
        }
    }

    @Test func `a credential's own limit holds at once, never gives more than the product, and is gone as it came`()
        async throws
    {
        try await SampleDesk.open(product: Self.product) { desk in
            let gateway = Gateway(desk)
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: ["data.read"])
            func limit(_ text: String?) async throws -> APIKey {
                try await desk.store.write { [apiKeys = desk.tree.apiKeys] tx in
                    try apiKeys.edit(
                        key.credential.id, in: key.credential.organization, APIKeyEdit(callLimit: .some(text)),
                        as: SampleTree.theOperator, tx: tx)
                }
            }
            #expect(await gateway.ask(key.secret, times: 1) == [200])
            #expect(try await limit("2/hour").callLimit == CallLimit("2/hour"))
            let told = await gateway.ask(key.secret)
            #expect(told["RateLimit-Policy"]?.hasSuffix(", \"own\";q=2;w=3600") == true)
            #expect(told.status == .ok)
            desk.tree.clock.advance(seconds: 10)
            #expect(await gateway.ask(key.secret, times: 1) == [200])
            let refused = await gateway.ask(key.secret)
            #expect(refused.status == .tooManyRequests)
            #expect(refused["RateLimit"]?.hasPrefix("\"own\";r=0;t=") == true)
            // Far above what the product lets through in a burst of three.
            _ = try await limit("1000000/second")
            desk.tree.clock.advance(seconds: 10)
            #expect(await gateway.ask(key.secret, times: 4) == [200, 200, 200, 429])
            #expect(try await limit(nil).callLimit == nil)
            desk.tree.clock.advance(seconds: 10)
            #expect(await gateway.ask(key.secret)["RateLimit-Policy"]?.contains("own") == false)
            for text in ["2", "0/hour", "2/week", "02/hour", "2/hour/", "-1/day", "1000000001/day"] {
                await #expect(throws: Refusal.self, "\(text)") { try await limit(text) }
            }
            let events = try await desk.store.read { tx in
                try tx.auditEvents(.everything, matching: AuditFilter(), after: nil, limit: 100)
            }
            #expect(events.filter { $0.details["fields"] == "call_limit" }.count == 3)
        }
    }

    @Test func `the own limits of integrations and apps hold for their tokens, also where the product has none`()
        async throws
    {
        try await SampleDesk.open { desk in
            let gateway = Gateway(desk)
            let made = try await desk.tree.integration(in: desk.tree.europe)
            let changed = try await desk.store.write { [integrations = desk.tree.integrations] tx in
                try integrations.edit(
                    made.credential.id, in: desk.tree.europe.id, IntegrationEdit(callLimit: .some("2/day")),
                    as: SampleTree.theOperator, tx: tx)
            }
            #expect(changed.callLimit == CallLimit("2/day"))
            var statuses: [Int] = []
            for _ in 0..<3 {
                statuses += await gateway.ask(try await desk.token(SampleClient(made)).text, times: 1)
            }
            #expect(statuses == [200, 200, 429])
            let app = try await desk.app(in: desk.tree.europe)
            try await desk.store.write { tx in
                var limited = app.app
                limited.callLimit = CallLimit("1/day")
                try tx.update(limited)
            }
            let first = try await desk.signedIn(in: desk.tree.europe)
            let tokens = try await desk.consented(to: app, in: desk.tree.europe, as: first)
            #expect(await gateway.ask(tokens.accessToken, times: 2) == [200, 429])
            // By another consent it calls again.
            let second = try await desk.signedIn(in: desk.tree.europe, email: "grace@example.com")
            let others = try await desk.consented(to: app, in: desk.tree.europe, as: second)
            #expect(await gateway.ask(others.accessToken, times: 2) == [200, 429])
        }
    }

    @Test func `days begin by the account's own time zone as soon as it has one`() async throws {
        let product = Product(
            name: "Zoned", rateLimits: [RateLimit(name: "daily", amount: 5, per: .day, followingAccount: true)])
        try await SampleDesk.open(product: product) { desk in
            let gateway = Gateway(desk)
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: ["data.read"])
            func left() async throws -> Int64 {
                let field = try #require(await gateway.ask(key.secret)["RateLimit"])
                let seconds = try #require(field.split(separator: "=").last)
                return try #require(Int64(seconds))
            }
            let now = desk.now.milliseconds / 1000
            #expect(try await left() == 86_400 - now % 86_400)
            _ = try await desk.store.write { [accounts = desk.tree.accounts, id = desk.tree.global.id] tx in
                try accounts.edit(id, AccountEdit(timeZone: "Asia/Kolkata"), as: SampleTree.theOperator, tx: tx)
            }
            // Five hours and a half ahead, all the year.
            #expect(try await left() == 86_400 - (now + 19_800) % 86_400)
            await #expect(throws: Refusal.self) {
                _ = try await desk.store.write { [accounts = desk.tree.accounts, id = desk.tree.global.id] tx in
                    try accounts.edit(id, AccountEdit(timeZone: "Mars/Base"), as: SampleTree.theOperator, tx: tx)
                }
            }
        }
    }

    @Test func `where no limit holds, nothing is counted and nothing said`() async throws {
        try await SampleDesk.open { desk in
            let gateway = Gateway(desk)
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: ["data.read"])
            for _ in 0..<3 {
                let reply = await gateway.ask(key.secret, "cost=1000000")
                #expect(reply.status == .ok)
                #expect(reply["RateLimit"] == nil)
            }
            #expect(desk.verifier.limiter.counterCount == 0)
        }
    }
}

extension HotReply {
    fileprivate subscript(name: String) -> String? { fields.first { "\($0.name)" == name }?.value }
}
