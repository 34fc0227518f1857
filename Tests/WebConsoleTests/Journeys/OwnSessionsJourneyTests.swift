import TestSupport
import Testing

@Suite("A member's own sessions", .server(), .serialized)
struct OwnSessionsJourneyTests {
    @Test func `two are listed, and one ends the other`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Ada")
        var (here, there) = (PageVisitor(server), PageVisitor(server))
        _ = try await there.signIn(email: somebody.email, password: Somebody.password)
        try await end(all: somebody, but: &there)
        _ = try await here.signIn(email: somebody.email, password: Somebody.password)
        let page = try #require(try await here.account())
        #expect(page.text.matches(of: /<li class="row">/).count == 2)
        #expect(page.text.matches(of: /this one/).count == 1)
        let forms = page.forms(to: "/account/sessions/end")
        #expect(forms.count == 1, "One's own has the sign-out.")
        let csrf = try #require(forms.first?.first { $0.0 == "csrf" })
        let own = try #require(
            try await there.account()?.forms(to: "/account/sessions/end").first?.first { $0.0 == "session" })
        #expect(try await here.post("/account/sessions/end", [csrf, own]).status == 403, "Another session's token.")
        #expect(try await here.fill(page, "/account/sessions/end").location == "/account")
        #expect(try await there.account() == nil)
        #expect(try await here.account()?.text.matches(of: /<li class="row">/).count == 1)
    }

    @Test func `all others end at once, and nobody else's`() async throws {
        let (server, _) = try RunningServer.current
        let (ada, bea) = (try await Somebody.joined("Ann"), try await Somebody.joined("Bea"))
        var visitors = [PageVisitor(server), PageVisitor(server), PageVisitor(server)]
        for index in visitors.indices {
            _ = try await visitors[index].signIn(email: ada.email, password: Somebody.password)
        }
        var other = PageVisitor(server)
        _ = try await other.signIn(email: bea.email, password: Somebody.password)
        try await end(all: ada, but: &visitors[0])
        #expect(try await visitors[0].account() != nil)
        #expect(try await visitors[1].account() == nil)
        #expect(try await visitors[2].account() == nil)
        #expect(try await other.account() != nil)
    }

    @Test func `another password ends them, and needs a proof of who it is`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Cem")
        var (here, there) = (PageVisitor(server), PageVisitor(server))
        _ = try await here.signIn(email: somebody.email, password: Somebody.password)
        _ = try await there.signIn(email: somebody.email, password: Somebody.password)
        let page = try await here.open("/account/password")
        let fields = [("password", "quite another password")]
        try await server.database.age(authenticationsBy: 301)
        let again = "/sign-in/again?continue=%2Faccount%2Fpassword"
        #expect(try await here.fill(page, "/account/password", fields).location == again)
        #expect(try await there.account() != nil)
        let proof = try await here.open(again)
        #expect(try await here.fill(proof, again, [("password", "a guess of some length")]).status == 422)
        #expect(
            try await here.fill(proof, again, [("password", Somebody.password)]).location == "/account/password")

        var thief = here
        let form = try await here.open("/account/password")
        #expect(try await here.fill(form, "/account/password", [("password", "short")]).status == 422)
        #expect(try await there.account() != nil)
        #expect(try await here.fill(form, "/account/password", fields).location == "/account")
        #expect(try await here.account() != nil)
        #expect(try await there.account() == nil)
        #expect(try await thief.account() == nil, "The old secret of this session opens nothing.")
        #expect(try await there.signIn(email: somebody.email, password: Somebody.password).status == 422)
        #expect(try await there.signIn(email: somebody.email, password: fields[0].1).location == "/account")
    }

    @Test func `one ends by itself`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Dan")
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        try await server.database.age(sessionsBy: 8 * 3600 - 60)
        #expect(try await visitor.account() != nil)
        try await server.database.age(sessionsBy: 8 * 3600 + 60)
        #expect(try await visitor.account() == nil)
    }

    private func end(all somebody: Somebody, but visitor: inout PageVisitor) async throws {
        let page = try #require(try await visitor.account())
        #expect(try await visitor.fill(page, "/account/sessions/end-others").location == "/account")
    }
}
