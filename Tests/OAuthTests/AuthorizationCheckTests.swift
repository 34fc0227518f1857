import Model
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Tokens

@testable import OAuth

@Suite("Which flow runs which check of an authorization request", .onEveryEngine)
struct AuthorizationCheckTests {
    @Test func `what is sent ahead is checked like what comes by the browser, and a device asks for less`() {
        func checks(_ flow: AuthorizationFlows) -> [AuthorizationCheck] {
            AuthorizationCheck.allCases.filter { $0.flows.contains(flow) }
        }
        #expect(checks(.redirect) == AuthorizationCheck.allCases)
        #expect(checks(.pushed) == checks(.redirect))
        #expect(checks(.device) == [.repetition, .standing, .scope, .resource])
    }

    @Test func `what an app asks for is checked without an address to answer at`() async throws {
        try await SampleDesk.open { desk in
            let product = desk.tree.product
            let table = AuthorizationTable(
                issuer: SampleDesk.issuer, audiences: AudiencePolicy(standard: nil, issuer: SampleDesk.issuer),
                pkce: PKCECheck(nonceMayBeMissing: false), scope: ScopeCheck(catalogue: product.scopes),
                hint: IDTokenHintCheck(issuer: SampleDesk.issuer, keyRing: desk.tree.keys),
                standing: StandingCheck(plans: PlanCheck(plans: product.plans)))
            let app = try await desk.app(in: desk.tree.europe).app
            func scopes(_ query: String, _ flow: AuthorizationFlows) async throws -> String {
                let parameters = try AuthorizationParameters(parsing: query)
                return try await desk.store.read { tx in
                    let asking = try #require(try tx.askingApp(app.id, of: nil))
                    return try table.access(askedBy: asking, parameters, in: flow, tx: tx).scopes.text
                }
            }
            #expect(try await scopes("scope=data.read", .device) == "data.read")
            await #expect(throws: OAuthError(.invalidRequest, "")) { try await scopes("scope=data.read", .pushed) }
            await #expect(throws: OAuthError(.invalidScope, "")) { try await scopes("scope=data.write", .device) }
        }
    }
}
