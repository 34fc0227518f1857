import CredentialFormat
import Credentials
import HTTPTypes
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Verification

@testable import HTTPServing

@Suite("Calls that are counted for whoever looks at their usage", .onEveryEngine)
struct CallCountTests {
    @Test func `each answer is a call of its credential, by its secret, scopes, outcome and status`() async throws {
        try await SampleDesk.open { desk in
            let routes = HotRoutes(over: desk)
            let key = try await desk.tree.key(in: desk.tree.europe)
            let client = try await desk.tree.integration(in: desk.tree.europe)
            let token = try await desk.token(SampleClient(client)).text
            func verify(_ credential: String, _ query: Substring?) async -> Int {
                let fields = [("Authorization", "Bearer \(credential)"), ("User-Agent", "curl/8")]
                return await routes.answer(HotRequest(.verify, fields, nil, query: query, at: desk.now)).status.code
            }
            #expect(await verify(key.secret, "scope=data.read") == 200)
            #expect(await verify(key.secret, "scope=data.read") == 200)
            #expect(await verify(key.secret, "scope=data.write") == 403)
            #expect(await verify(token, nil) == 200)
            #expect(await verify("clv_key_nonsense", nil) == 401)
            let form = "grant_type=client_credentials"
            let basic = [("Authorization", SampleClient(client).basic)]
            #expect(await routes.answer(HotRequest(.oauth(.token), basic, form, at: desk.now)).status == .ok)
            #expect(desk.store.writes == 0)
            try await desk.verifier.meter.flush()
            let told = try await desk.tree.store.read { [path = desk.tree.global.path, now = desk.now] tx in
                let filter = UsageFilter(
                    .day, from: now.adding(seconds: -86_400), until: now.adding(seconds: 86_400),
                    kinds: Set(KeptRefusal.Kind.allCases))
                return try UsageGrouping.allCases.map { try tx.usage(.within(path), filter, by: $0, limit: 99) }
                    + [
                        tx.usage(.organization(path), filter, by: .secret, limit: 9)
                    ]
            }
            func count(_ grouping: UsageGrouping, _ isIt: (UsageRow.Group) -> Bool) -> Int {
                let index = UsageGrouping.allCases.firstIndex(of: grouping) ?? 0
                return told[index].filter { isIt($0.group) }.reduce(0) { $0 + $1.calls }
            }
            let (id, integration) = (key.credential.id.value, client.credential.id.value)
            #expect(count(.credential) { $0.kind == .apiKey && $0.credential?.value == id } == 3)
            #expect(count(.credential) { $0.kind == .integration && $0.credential?.value == integration } == 2)
            #expect(count(.secret) { $0.kind == .integration && $0.secret != nil } == 1)
            let secret = APIKeySecret.id(of: key.credential.id, madeAt: key.credential.rotatedAt)
            #expect(count(.secret) { $0.secret?.value == secret.value } == 3)
            #expect(count(.organization) { $0.organization == desk.tree.europe.id } == 5)
            #expect(count(.scope) { $0.scopes == "data.read" } == 2)
            #expect(count(.outcome) { $0.outcome == "scope" } == 1)
            #expect(count(.status) { $0.status == 403 } == 1)
            #expect(told.last == [], "An organization does not count what is below it.")
            let callers = try await desk.tree.store.read { [organization = desk.tree.europe.id] tx in
                try tx.callers(of: .init(value: id), in: organization, since: Instant(seconds: 0))
            }
            #expect(callers.agent == "curl/8")
        }
    }

    @Test func `a route that asks for a scope which goes says since when, and until when`() async throws {
        let scopes = ["data.read": nil, "data.write": Instant(seconds: 1_798_675_200)].compactMap { name, end in
            Scope(name).map { scope in
                ScopeDefinition(
                    scope, description: "Data",
                    ending: ScopeEnding(deprecatedSince: Instant(seconds: 1_780_272_000), endsAt: end))
            }
        }
        let stays = [Scope("reports.read")].compactMap(\.self).map { ScopeDefinition($0, description: "Reports") }
        try await SampleDesk.open(product: Product(name: "Ending", scopes: ScopeCatalogue(scopes + stays))) { desk in
            let routes = HotRoutes(over: desk)
            let draft = APIKeyDraft(name: "Key", scopes: ["data.read", "data.write", "reports.read"])
            let key = try await desk.key(draft, in: desk.tree.europe)
            func told(_ query: Substring) async -> [String] {
                let fields = [("Authorization", "Bearer \(key.secret)")]
                let reply = await routes.answer(HotRequest(.verify, fields, nil, query: query, at: desk.now))
                #expect(reply.status == .ok)
                return reply.fields.filter { ["Deprecation", "Sunset"].contains($0.name.description) }.map(\.value)
            }
            #expect(await told("scope=reports.read") == [])
            #expect(await told("scope=data.read") == ["@1780272000"])
            #expect(await told("scope=data.read+data.write") == ["@1780272000", "Thu, 31 Dec 2026 00:00:00 GMT"])
        }
    }
}
