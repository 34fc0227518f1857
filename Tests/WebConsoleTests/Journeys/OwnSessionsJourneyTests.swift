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
        #expect(page.text.matches(of: /This device/).count == 1)
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
        var second = here
        #expect(try await here.fill(form, "/account/password", fields).location == "/account")
        #expect(try await here.account() != nil)
        #expect(try await second.fill(form, "/account/password", fields).location == "/account", "Pressed twice.")
        #expect(second.cookies["claviger"] == here.cookies["claviger"])
        #expect(try await thief.fill(form, "/account/password", [("password", "the thief's own choice")]).status == 303)
        #expect(thief.cookies["claviger"] != here.cookies["claviger"])
        #expect(try await there.account() == nil)
        #expect(try await thief.account() == nil, "The old secret of this session opens nothing.")
        #expect(try await there.signIn(email: somebody.email, password: Somebody.password).status == 422)
        #expect(try await there.signIn(email: somebody.email, password: fields[0].1).location == "/account")
    }

    @Test func `who proves twice at once who they are is led on twice`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Eli")
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let again = "/sign-in/again?continue=%2Faccount%2Fapps"
        var page = try await visitor.open(again)
        var late = visitor
        let right = [("password", Somebody.password)]
        #expect(try await visitor.fill(page, again, right).location == "/account/apps")
        #expect(try await late.fill(page, again, right).location == "/account/apps")
        #expect(late.cookies["claviger"] == visitor.cookies["claviger"])
        page = try await visitor.open(again)
        let fields = page.forms(to: again).first.map { $0 + right } ?? []
        let answers = try await race(4) { [visitor] _ in
            var visitor = visitor
            return (try await visitor.post(again, fields), visitor.cookies["claviger"])
        }.map { try $0.get() }
        #expect(answers.allSatisfy { $0.0.location == "/account/apps" }, "\(answers.map(\.0.status))")
        #expect(Set(answers.map(\.1)).count == 1)
    }

    @Test func `a form outlives a proof in another tab, and signs out also where nobody is signed in any more`()
        async throws
    {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Fay")
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let tab = try #require(try await visitor.account())
        let proof = try await visitor.open("/sign-in/again")
        #expect(
            try await visitor.fill(proof, "/sign-in/again?continue=%2Faccount", [("password", Somebody.password)])
                .status == 303)
        for isSignedIn in [true, false] {
            let account = try await visitor.account()
            #expect((account != nil) == isSignedIn)
            let left = try await visitor.fill(tab, "/sign-out")
            #expect(left.status == 200 && left.text.contains("You’re signed out"), "\(left.text)")
        }
        // Signed in anew meanwhile: still out.
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let csrf = try #require(tab.forms(to: "/sign-out").first)
        let elsewhere = [[("Origin", "https://evil.example")], [("Sec-Fetch-Site", "cross-site")]]
        for headers in elsewhere {
            #expect(try await visitor.post("/sign-out", csrf, headers: headers).status == 403)
        }
        #expect(try await visitor.post("/sign-out", []).status == 403)
        #expect(try await PageVisitor(server).posted("/sign-out", csrf).status == 403)
        #expect(try await visitor.account() != nil)
        #expect(try await visitor.fill(tab, "/sign-out").text.contains("You’re signed out"))
        #expect(try await visitor.account() == nil)
    }

    @Test func `what is gone already is done`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Gil")
        var (here, there) = (PageVisitor(server), PageVisitor(server))
        _ = try await here.signIn(email: somebody.email, password: Somebody.password)
        _ = try await there.signIn(email: somebody.email, password: Somebody.password)
        let page = try #require(try await here.account())
        for _ in 0..<2 { #expect(try await here.fill(page, "/account/sessions/end").location == "/account") }
    }

    @Test func `a link that is followed from elsewhere in another tab leaves the form of this one good`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let tab = try await visitor.open("/sign-in")
        let cookie = try #require(tab.headers["set-cookie"])
        #expect(cookie.contains("claviger-form=") && cookie.contains("SameSite=Lax"))
        // What a browser sends along with a link from another site: all cookies that are not Strict.
        let strict = cookie.contains("SameSite=Strict")
        var other = strict ? PageVisitor(server) : visitor
        let link = "/oauth2/authorize?response_type=code&client_id=\(demo.app.id)"
        _ = try await other.open(link, headers: [("Sec-Fetch-Site", "cross-site")])
        let second = try await other.open("/sign-in?continue=%2Faccount", headers: [("Sec-Fetch-Site", "cross-site")])
        #expect(second.headers["set-cookie"] == nil, "The one that it has is kept.")
        visitor = PageVisitor(server, cookies: visitor.cookies.merging(other.cookies) { $1 })
        let fields = [("email", demo.adminEmail), ("password", demo.adminPassword)]
        #expect(try await visitor.send(tab, to: "/sign-in", fields).location == "/account")
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

extension PageVisitor {
    /// What a browser that is not needed afterwards is answered to these fields.
    fileprivate func posted(_ path: String, _ fields: [(String, String)]) async throws -> Answer {
        var visitor = self
        return try await visitor.post(path, fields)
    }
}
