import TestSupport
import Testing

/// One after another: sign-ins of one member at the same time are throttled.
@Suite("Pages on the wire", .server(on: [.sqlite]), .serialized)
struct PageWireTests {

    private func authorization(
        _ demo: DemoCredentials, scope: String = "data.read", redirectURI: String? = nil, _ further: String = ""
    ) -> String {
        "/oauth2/authorize?response_type=code&client_id=\(demo.app.id)&scope=\(scope)&state=s1"
            + "&redirect_uri=\(ServerProcess.encoded(redirectURI ?? demo.appRedirectURI))"
            + "&code_challenge=\(ProofKey.challenge)&code_challenge_method=S256\(further)"
    }

    @Test(arguments: [
        "/sign-in", "/forgot-password", "/account", "/account/apps", "/account/password", "/account/second-factor",
        "/account/email", "/email-change?token=x", "/account/notices", "/account/notices/pause?token=x",
        "/invitation?token=x", "/password-reset?token=x", "/hand-over?token=x", "/oauth2/authorize", "/oauth2/logout",
        "/sign-in/again", "/sign-in/second-factor",
    ])
    func `every page is framed by nobody, kept by nobody, and loads nothing foreign`(_ path: String) async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        for isSignedIn in [false, true] {
            if isSignedIn { _ = try await visitor.signIn(demo) }
            let answer = try await visitor.open(path)
            let policy = try #require(answer.headers["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'"))
            #expect(policy.contains("frame-ancestors 'none'; base-uri 'none'"))
            #expect(!policy.contains("script-src"))
            #expect(answer.headers["x-frame-options"] == "DENY")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["referrer-policy"] == "strict-origin")
            #expect(answer.headers["cache-control"] == "no-store")
            #expect(answer.headers["cross-origin-opener-policy"] == "same-origin")
            #expect(answer.headers["x-request-id"] != nil)
        }
    }

    @Test func `the stylesheet is kept for good under a name of its content`() async throws {
        let (server, _) = try RunningServer.current
        let page = try await server.get("/sign-in")
        let path = try #require(page.text.firstMatch(of: /href="(\/assets\/claviger-[0-9a-f]{16}\.css)"/)).1
        let sheet = try await server.get(String(path))
        #expect(sheet.status == 200)
        #expect(sheet.headers["content-type"] == "text/css; charset=utf-8")
        #expect(sheet.headers["cache-control"] == "public, max-age=31536000, immutable")
        #expect(try await server.get("/assets/claviger-0000000000000000.css").status == 404)
    }

    @Test func `a sign-in leads to one's account, by 303 and with a cookie that no script reads (R11)`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let answer = try await visitor.signIn(demo)
        #expect(answer.status == 303)
        #expect(answer.headers["location"] == "/account")
        let cookies = try #require(answer.headers["set-cookie"])
        #expect(cookies.contains("claviger=clv_ses_"))
        #expect(cookies.contains("HttpOnly; SameSite=Lax"))
        #expect(try await visitor.open("/account").text.contains(demo.adminEmail))
    }

    @Test(arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "/%2F/evil.example", "/api/v1/me"])
    func `a sign-in leads to no other place, whatever the link to it says (R10)`(_ target: String) async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let answer = try await visitor.signIn(demo, continuing: target)
        #expect(answer.headers["location"] == "/account")
        var other = PageVisitor(server)
        let form = try await other.open("/sign-in")
        let forged = try await other.send(
            form, to: "/sign-in",
            [("continue", target), ("email", demo.adminEmail), ("password", demo.adminPassword)])
        #expect(forged.headers["location"] == "/account")
    }

    @Test(arguments: [
        [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")], [("Origin", "https://evil.example")],
        [("Origin", "null")],
    ])
    func `a form that was sent from elsewhere is refused (P1)`(_ headers: [(String, String)]) async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let form = try await visitor.open("/sign-in")
        let fields = [("email", demo.adminEmail), ("password", demo.adminPassword)]
        #expect(try await visitor.send(form, to: "/sign-in", fields, headers: headers).status == 403)
        let ours = [("Sec-Fetch-Site", "same-origin"), ("Origin", server.base)]
        #expect(try await visitor.send(form, to: "/sign-in", fields, headers: ours).status == 303)
    }

    @Test func `a form without its token, or with another browser's, is refused (P1)`() async throws {
        let (server, demo) = try RunningServer.current
        let fields = [("email", demo.adminEmail), ("password", demo.adminPassword)]
        var (visitor, attacker) = (PageVisitor(server), PageVisitor(server))
        _ = try await visitor.open("/sign-in")
        let foreign = try await attacker.open("/sign-in")
        #expect(try await visitor.post("/sign-in", fields).status == 403)
        #expect(try await visitor.send(foreign, to: "/sign-in", fields).status == 403)
        #expect(try await PageVisitor(server).sent(foreign, fields).status == 403)
        #expect(visitor.cookies["claviger"] == nil)
    }

    @Test func `a consent is good for the request that was shown, and for the session that saw it (P1, C6, R5)`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        var (visitor, attacker) = (PageVisitor(server), PageVisitor(server))
        _ = try await visitor.signIn(demo)
        _ = try await attacker.signIn(demo)
        let page = try await visitor.open(authorization(demo, scope: "reports.read"))
        #expect(page.text.contains("wants to access your"), "\(page.text)")
        let fields = page.hiddenFields
        let organization = try #require(
            page.text.firstMatch(of: /name="organization" value="(org_[0-9A-Za-z]+)"/).map { String($0.1) })
        let approval = [("organization", organization), ("decision", "approve")]

        let query = try #require(page.hidden("request"))
        let wider = query.replacing("reports.read", with: "reports.export")
        let forged = fields.map { $0.0 == "request" ? ("request", wider) : $0 }
        #expect(wider != query)
        #expect(try await visitor.post("/consent", forged + approval).status == 403)
        #expect(try await attacker.post("/consent", fields + approval).status == 403)
        #expect(try await visitor.post("/consent", fields.filter { $0.0 != "csrf" } + approval).status == 403)

        let answer = try await visitor.post("/consent", fields + approval)
        #expect(answer.status == 303, "\(answer.text)")
        let location = try #require(answer.headers["location"])
        #expect(location.hasPrefix(demo.appRedirectURI + "?code="))
        #expect(location.contains("&state=s1&iss=\(ServerProcess.encoded(server.base).prefix(4))"))
    }

    @Test func `who has to sign in comes back to the request that they came with`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let asked = try await visitor.open(authorization(demo, scope: "users.read", "&login_hint=jo%40x.example"))
        #expect(asked.status == 303)
        let location = try #require(asked.headers["location"])
        #expect(location.hasPrefix("/sign-in?continue=%2Foauth2%2Fauthorize%3F"))
        let form = try await visitor.open(location)
        #expect(form.text.contains("value=\"jo@x.example\""))
        #expect(form.headers["content-security-policy"]?.contains("form-action 'self' http://127.0.0.1;") == true)
        let back = try await visitor.send(
            form, to: "/sign-in", [("email", demo.adminEmail), ("password", demo.adminPassword)])
        #expect(back.status == 303)
        let page = try await visitor.open(try #require(back.headers["location"]))
        #expect(page.status == 200)
        #expect(page.text.contains("wants to access your"))
    }

    @Test func `a request that proves nothing is answered by a page, never a redirect (R6)`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(demo)
        for path in [
            authorization(demo, redirectURI: "https://evil.example/callback"),
            authorization(demo, redirectURI: "javascript:alert(1)"), "/oauth2/authorize",
            "/oauth2/authorize?client_id=\(demo.app.id)&client_id=\(demo.app.id)",
        ] {
            let answer = try await visitor.open(path)
            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            #expect(answer.headers["location"] == nil)
            #expect(!answer.text.contains("evil.example"))
            #expect(answer.text.contains(try #require(answer.headers["x-request-id"])))
        }
    }

    @Test func `a redirect URI that is not the app's is told with the names of the app and of who makes it`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Makers & Co", as: demo.operatorKey)
        let app = try await server.makeApp(in: account, as: demo.operatorKey)
        var visitor = PageVisitor(server)
        let path = "/oauth2/authorize?response_type=code&client_id=\(app.id)&redirect_uri=https%3A%2F%2Fevil.example"
        let answer = try await visitor.open(path)
        #expect(answer.status == 400)
        #expect(answer.text.contains("sent you here in a way that it isn’t set up for"))
        #expect(answer.text.contains("tell Makers &amp; Co."))
    }

    @Test func `an authorization request by POST is led to the same by GET, whoever sent it`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let answer = try await visitor.post(
            "/oauth2/authorize", [("client_id", demo.app.id), ("state", "a b&c\r\nSet-Cookie: x=y")],
            headers: [("Origin", "https://client.example"), ("Sec-Fetch-Site", "cross-site")])
        #expect(answer.status == 303)
        #expect(
            answer.headers["location"]
                == "/oauth2/authorize?client%5Fid=\(demo.app.id.replacing("_", with: "%5F"))"
                + "&state=a%20b%26c%0D%0ASet%2DCookie%3A%20x%3Dy")
        #expect(answer.headers["set-cookie"] == nil)
    }

    @Test func `no header of a request gets into a link (P5)`() async throws {
        let (server, _) = try RunningServer.current
        let headers = [
            ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "gopher"), ("Forwarded", "host=evil.example"),
        ]
        for path in ["/sign-in", "/account", "/oauth2/authorize"] {
            let answer = try await server.get(path, headers: headers)
            #expect(!answer.text.contains("evil.example"))
            #expect(answer.headers["location"]?.hasPrefix("/sign-in") != false)
        }
    }

    @Test func `who signed out is signed out, and an old cookie opens nothing`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(demo)
        var thief = visitor
        let account = try await visitor.open("/account")
        let token = try #require(
            account.text.firstMatch(of: /action="\/sign-out"><input type="hidden" name="csrf" value="([^"]+)"/)
        ).1
        #expect(try await visitor.post("/sign-out", [("csrf", String(token))]).status == 200)
        #expect(visitor.cookies["claviger"] == nil)
        #expect(try await thief.open("/account").headers["location"] == "/sign-in?continue=%2Faccount")
    }
}

extension PageVisitor {
    /// What a browser without cookies is answered that sends the form of a page.
    func sent(_ page: Answer, _ fields: [(String, String)]) async throws -> Answer {
        var visitor = self
        return try await visitor.send(page, to: "/sign-in", fields)
    }
}
