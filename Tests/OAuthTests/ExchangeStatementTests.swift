import Model
import OAuth
import TestSupport
import Testing

/// On PostgreSQL each statement that is waited for is a way to the server and back, which costs more than the statement.
@Suite("What an exchange waits for", .onEveryEngine)
struct ExchangeStatementTests {
    @Test func `a code, its exchange and a refresh wait for one statement in each transaction`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let query = desk.request(of: app)
            // The app is in memory from here on, the grant is there, and its oldest lineage ends with each exchange.
            for _ in 0..<AuthorizationCodeGrant.lineagesPerGrant {
                desk.tree.clock.advance(seconds: 1)
                _ = try await desk.exchange(
                    try await desk.code(for: app, in: desk.tree.europe, as: member), for: app)
            }
            desk.tree.clock.advance(seconds: 1)

            var before = desk.store.waits
            let outcome = try await desk.authorize(query, as: member)
            // The consent is looked for in a snapshot, and all is checked once more in the transaction that gives the code.
            #expect(desk.store.waits - before == 2)
            let code = try #require(outcome.response?["code"])

            before = desk.store.waits
            let tokens = try await desk.exchange(code, for: app)
            #expect(desk.store.waits - before == 1)

            before = desk.store.waits
            let next = try await desk.refresh(tokens.refreshToken, for: app)
            #expect(desk.store.waits - before == 1)
            #expect(try await desk.verdict(next.accessToken).rule == nil)
        }
    }
}
