import TestSupport
import Testing

@Suite("One person who is a member of several accounts", .server(), .serialized)
struct OrganizationChoiceJourneyTests {
    @Test func `chooses among those whose password it is`() async throws {
        let (server, demo) = try RunningServer.current
        let accounts = try await ["First", "Second", "Third"].asyncMap {
            try await server.makeAccount("\($0) of the choice", as: demo.operatorKey)
        }
        let email = "ada@choice.example"
        _ = try await Somebody.joined("Ada", email: email, in: accounts[0])
        let second = try await Somebody.joined("Ada", email: email, in: accounts[1])
        let third = try await Somebody("Ada", email: email, in: accounts[2], on: server, demo)
        var (other, visitor) = (PageVisitor(server), PageVisitor(server))
        let link = try await third.link("invitation", on: server, demo)
        #expect(try await other.setPassword("quite another password", behind: link).location == "/account")

        let page = try await visitor.signIn(email: email, password: Somebody.password)
        #expect(page.status == 200)
        #expect(page.text.contains("First of the choice"))
        #expect(page.text.contains("Second of the choice"))
        #expect(!page.text.contains("Third of the choice"))
        #expect(try await visitor.account() == nil)
        #expect(try await visitor.fill(page, "/sign-in/organization", [("member", third.id)]).status == 403)
        #expect(
            try await visitor.fill(page, "/sign-in/organization", [("member", second.id)]).location == "/account")
        let account = try #require(try await visitor.account())
        #expect(account.text.contains("<dd><bdi>Second of the choice</bdi></dd>"))

        var alone = PageVisitor(server)
        #expect(try await alone.signIn(email: email, password: "quite another password").location == "/account")
        #expect(try await alone.account()?.text.contains("Third of the choice") == true)
        var thief = PageVisitor(server)
        _ = try await thief.open("/sign-in")
        #expect(try await thief.fill(page, "/sign-in/organization", [("member", second.id)]).status == 403)
    }
}

extension Sequence {
    /// One after another.
    fileprivate func asyncMap<R>(_ transform: (Element) async throws -> R) async rethrows -> [R] {
        var results: [R] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
