import TestSupport
import Testing

@Suite("A user whom the operator's backend hands over", .server(), .serialized)
struct HandOverJourneyTests {
    /// The link that a backend gets, without the server's address.
    private func link(
        for email: String, roles: [String], returnTo address: String? = nil, as bearer: String? = nil
    ) async throws -> String {
        let (server, demo) = try RunningServer.current
        let made = try await server.make(
            "/api/v1/console-sessions",
            [
                "organization_id": .text(demo.account), "email": .text(email), "name": "Ada",
                "roles": .list(roles.map { .text($0) }), "return_url": address.map { .text($0) } ?? .null,
            ], as: bearer ?? demo.operatorKey)
        return String(try made["url"].string.dropFirst(server.base.count))
    }

    @Test func `sees one button, is signed in by it, once, and finds the way back`() async throws {
        let (server, _) = try RunningServer.current
        let link = try await link(
            for: "ada@over.example", roles: ["developer"], returnTo: "https://app.example/settings")
        #expect(link.hasPrefix("/hand-over?token=clv_inv_"))
        var (visitor, second) = (PageVisitor(server), PageVisitor(server))
        for _ in 1...2 {
            let page = try await visitor.open(link)
            #expect(page.status == 200)
            #expect(page.text.contains("Continue as <bdi>Ada</bdi>"))
            #expect(page.text.matches(of: /<button/).count == 1)
            #expect(page.text.matches(of: /<input (?!type="hidden")/).isEmpty)
        }
        let form = try await second.open(link)
        #expect(try await visitor.fill(try await visitor.open(link), "/hand-over").location == "/account")
        let account = try #require(try await visitor.account())
        #expect(account.text.contains("ada@over.example"))
        #expect(account.links("Back to app.example") == ["https://app.example/settings"])
        #expect(account.text.contains("<dd>Through app.example</dd>"))
        #expect(!account.text.contains("/account/password"), "Who has no password changes none.")
        for dead in [try await second.fill(form, "/hand-over"), try await second.open(link)] {
            #expect(dead.status == 403)
            #expect(dead.links("Back to app.example") == ["https://app.example/settings"])
        }
        #expect(try await second.account() == nil)
        // In the browser that was let in it leads on.
        #expect(try await visitor.open(link).location == "/account")
    }

    @Test func `is signed in once, however often the button is pressed`() async throws {
        let (server, _) = try RunningServer.current
        let link = try await link(for: "bob@over.example", roles: [])
        var visitor = PageVisitor(server)
        let fields = try await visitor.open(link).hiddenFields
        let answers = try await race(4) { [visitor] _ in
            var visitor = visitor
            return (try await visitor.post("/hand-over", fields), visitor.cookies["claviger"])
        }.map { try $0.get() }
        #expect(answers.allSatisfy { $0.0.location == "/account" }, "\(answers.map(\.0.status))")
        #expect(Set(answers.map(\.1)).count == 1)
        let thief = try await PageVisitor(server).posted("/hand-over", fields)
        #expect(thief.status == 403)
    }

    @Test func `has a minute to open the page, and five for its button`() async throws {
        let (server, _) = try RunningServer.current
        let (early, late) = (
            try await link(for: "eve@over.example", roles: []), try await link(for: "eve@over.example", roles: [])
        )
        var visitor = PageVisitor(server)
        let form = try await visitor.open(late)
        try await server.database.age(linksBy: 30)
        #expect(try await visitor.open(early).status == 200)
        try await server.database.age(linksBy: 31)
        #expect(try await visitor.open(early).status == 403)
        #expect(try await visitor.open(late).status == 403)
        #expect(try await visitor.account() == nil)
        #expect(try await visitor.fill(form, "/hand-over").location == "/account")
        #expect(try await visitor.account() != nil)
    }

    @Test func `lets apps do nothing that the key could not, and sees this session alone (law 11)`() async throws {
        let (server, demo) = try RunningServer.current
        let somebody = try await Somebody.joined("Kay", roles: ["owner"])
        var own = PageVisitor(server)
        _ = try await own.signIn(email: somebody.email, password: Somebody.password)
        let narrow = try await server.makeKey(
            in: demo.account, scopes: ["claviger:console-sessions.create"], as: demo.operatorKey)
        let wide = try await server.makeKey(
            in: demo.account, scopes: ["claviger:console-sessions.create", "data.read"], as: demo.operatorKey)
        func carried(by key: String) async throws -> PageVisitor {
            var visitor = PageVisitor(server)
            let page = try await visitor.open(try await link(for: somebody.email, roles: [], as: key))
            #expect(try await visitor.fill(page, "/hand-over").location == "/account")
            return visitor
        }
        func asked(_ scope: String, _ visitor: inout PageVisitor) async throws -> Answer {
            try await visitor.open(
                "/oauth2/authorize?response_type=code&client_id=\(demo.app.id)&scope=\(scope)"
                    + "&redirect_uri=\(ServerProcess.encoded(demo.appRedirectURI))&prompt=consent"
                    + "&code_challenge=\(ProofKey.challenge)&code_challenge_method=S256")
        }
        var (less, more) = (try await carried(by: narrow.secret), try await carried(by: wide.secret))
        let whole = try await asked("data.read%20data.delete", &own)
        #expect(whole.text.contains("wants to access your"), "\(whole.headers)")
        #expect(try await asked("data.read", &more).text.contains("wants to access your"))
        #expect(try await asked("openid", &less).text.contains("wants to access your"))
        for refused in [
            try await asked("data.read", &less), try await asked("openid%20data.read", &less),
            try await asked("data.read%20data.delete", &more), try await asked("claviger:members.read", &more),
        ] {
            #expect(refused.location?.contains("error=invalid_scope") == true, "\(refused.status) \(refused.text)")
        }
        let account = try #require(try await less.account())
        #expect(account.text.matches(of: /<li class="row">/).count == 1 && !account.text.contains("Owner"))
        #expect(!account.text.contains("/account/password") && !account.text.contains("/account/second-factor"))
        let theirs = try #require(
            try await own.account()?.forms(to: "/account/sessions/end").first?.first { $0.0 == "session" })
        #expect(try await less.post("/account/sessions/end", [theirs]).status == 403)
        #expect(try await own.account() != nil)
    }

    @Test func `may do there what the link says and the member may, and no more`() async throws {
        let (server, demo) = try RunningServer.current
        let somebody = try await Somebody.joined("Fay", roles: ["developer"])
        let app = try await server.make(
            "/api/v1/organizations/\(demo.account)/apps",
            [
                "name": "Keys", "redirect_uris": ["https://client.example/callback"],
                "scopes": ["claviger:api-keys.read", "claviger:members.read"],
            ], as: demo.operatorKey)["client_id"].string
        func asked(_ scope: String, roles: [String]) async throws -> Answer {
            var visitor = PageVisitor(server)
            let link = try await link(for: somebody.email, roles: roles)
            #expect(try await visitor.fill(try await visitor.open(link), "/hand-over").location == "/account")
            return try await visitor.open(
                "/oauth2/authorize?response_type=code&client_id=\(app)&scope=claviger%3A\(scope)"
                    + "&code_challenge=\(ProofKey.challenge)&code_challenge_method=S256")
        }
        #expect(try await asked("api-keys.read", roles: ["developer"]).text.contains("wants to access your"))
        for (scope, roles) in [("api-keys.read", []), ("members.read", ["admin"]), ("members.read", ["developer"])] {
            let location = try #require(try await asked(scope, roles: roles).location, "\(scope) \(roles)")
            #expect(location.hasPrefix("https://client.example/callback?error=invalid_scope"), "\(scope) \(roles)")
        }
    }

    @Test func `does not change how the member signs in`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Gil")
        var visitor = PageVisitor(server)
        let link = try await link(for: somebody.email, roles: ["developer"])
        #expect(try await visitor.fill(try await visitor.open(link), "/hand-over").location == "/account")
        // It is said before anything is typed.
        #expect(try await visitor.open("/account/password").status == 409)
        #expect(try await visitor.open("/account/second-factor").status == 409)
        var other = PageVisitor(server)
        #expect(try await other.signIn(email: somebody.email, password: Somebody.password).location == "/account")
    }

    @Test func `is handed over by nobody who may not do as much`() async throws {
        let (server, demo) = try RunningServer.current
        let keys = try await server.makeKey(
            in: demo.account, scopes: ["claviger:console-sessions.create", "claviger:api-keys.read"],
            as: demo.operatorKey)
        func answer(_ organization: String, _ roles: [String], as bearer: String) async throws -> Answer {
            try await server.call(
                "POST", "/api/v1/console-sessions", bearer: bearer,
                [
                    "organization_id": .text(organization), "email": "hal@over.example", "name": "Hal",
                    "roles": .list(roles.map { .text($0) }),
                ])
        }
        let exceeding = try await answer(demo.account, ["admin"], as: keys.secret)
        #expect(exceeding.status == 403)
        #expect(try exceeding.json["type"] == "urn:claviger:problem:exceeds-rights", "\(exceeding.text)")
        #expect(try await answer(demo.account, [], as: keys.secret).status == 201)
        let stranger = try await server.makeAccount("Over", as: demo.operatorKey)
        #expect(try await answer(stranger, [], as: keys.secret).status == 404)
        let plain = try await server.makeKey(in: demo.account, as: demo.operatorKey)
        #expect(try await answer(demo.account, [], as: plain.secret).status == 403)
    }
}

extension PageVisitor {
    /// What a browser that is not needed afterwards is answered to these fields.
    fileprivate func posted(_ path: String, _ fields: [(String, String)]) async throws -> Answer {
        var visitor = self
        return try await visitor.post(path, fields)
    }
}
