import Foundation
import TestSupport
import Testing

private let script = "<script>alert(1)</script>"
/// A quotation mark that is one character with what follows it, to whoever reads characters instead of bytes.
private let quote = "\"\u{301} onmouseover=alert(1) x='\u{301}"
private let angle = "<\u{338}img src=x onerror=alert(1)>\u{338}"
private let mustache = "{{token}}{{{csrf}}}{{>layout}}{{=<% %>=}}"

private let product = """
    product:
      name: 'Pages \(script)'
    scopes:
      data.read: { description: '<script>alert(1)</script> "\u{301} onmouseover=x {{token}}', danger: true }
      data.write: { description: Write }
    """

@Suite("Pages: P1, P2, P3, P5, P11", .server(product: product), .serialized) struct PageThreatTests {
    private func estate(
        name: String = "App", account: String = "Paged", members: [String: JSON] = [:],
        redirectURIs: [String] = ["https://app.example.com/callback"]
    ) async throws -> (server: ServerProcess, account: String, app: MadeApp, member: MadeMember) {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount(account, as: demo.operatorKey)
        return (
            server, account,
            try await server.makeApp(
                in: account, redirectURIs: redirectURIs, members.merging(["name": .text(name)]) { $1 },
                as: demo.operatorKey),
            try await server.makeMember(in: account, as: demo.operatorKey)
        )
    }

    // MARK: P1

    /// Everything that a form of a page is sent to.
    private static let forms = [
        "/sign-in", "/sign-in/second-factor", "/sign-in/organization", "/sign-in/again", "/sign-out", "/consent",
        "/oauth2/logout/confirm", "/forgot-password", "/password-reset", "/invitation", "/hand-over",
        "/account/password", "/account/email", "/email-change", "/account/second-factor", "/account/sessions/end",
        "/account/sessions/end-others",
        "/account/second-factor/confirm", "/account/second-factor/recovery-codes",
        "/account/second-factor/recovery-codes/keep", "/account/second-factor/remove", "/account/apps/take-back",
    ]

    @Test(arguments: forms)
    func `P1: no form is taken that another site sent, or that has no token or another page's`(_ path: String)
        async throws
    {
        let (server, _, app, member) = try await estate()
        var visitor = try await PageVisitor.signedIn(member, at: server)
        let consent = try await visitor.open(app.request())
        let foreign = try #require(consent.hidden("csrf"))
        let account = try await visitor.open("/account")
        let other = try #require(
            account.text.firstMatch(of: /action="\/sign-out"><input type="hidden" name="csrf" value="([^"]+)"/)
        ).1
        let fields = [
            ("decision", "approve"), ("email", member.email), ("password", member.password), ("request", app.query()),
            ("organization", consent.hidden("organization") ?? ""), ("ticket", "x"), ("offer", "x"), ("token", "x"),
        ]
        for headers in [
            [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")], [("Origin", "null")],
            [("Origin", "https://evil.example")], [("Origin", server.base + ".evil.example")],
            [("Origin", "http://evil.example"), ("Host", "evil.example")],
        ] {
            let answer = try await visitor.post(path, fields + [("csrf", foreign)], headers: headers)
            #expect(answer.status == 403, "\(headers): \(answer.status)")
            #expect(answer.headers["location"] == nil)
        }
        let tokens = [nil, "", "x", String(repeating: "A", count: 43), path == "/consent" ? String(other) : foreign]
        for token in tokens where path != "/sign-out" || token != String(other) {
            let answer = try await visitor.post(path, fields + (token.map { [("csrf", $0)] } ?? []))
            #expect(answer.status == 403, "\(token ?? "none"): \(answer.status)")
        }
        #expect(try await visitor.open("/account").status == 200)
        #expect(try await !visitor.open("/account/apps").text.contains("take-back?grant="))
        #expect(try await visitor.decide("approve", on: consent).sent("code") != nil)
    }

    // MARK: P2

    @Test(arguments: ["http://127.0.0.1:8000/callback", "http://[::1]/callback", "com.example.app:/callback"])
    func `P2: an app whose redirect URI anybody could take is asked for each time`(_ uri: String) async throws {
        let (server, _, app, member) = try await estate(
            members: ["token_endpoint_auth_method": "none"], redirectURIs: [uri])
        var visitor = try await PageVisitor.signedIn(member, at: server)
        // A form can only be sent on to the web.
        let modes = uri.hasPrefix("http") ? ["query", "form_post"] : ["query"]
        for _ in 0..<3 {
            for mode in modes {
                let page = try await visitor.open(app.request(["response_mode": mode]))
                #expect(page.status == 200)
                #expect(page.sent("code") == nil)
                #expect(page.hidden("request") != nil)
                #expect(try await visitor.decide("approve", on: page).sent("code") != nil)
                let silent = try await visitor.open(app.request(["response_mode": mode, "prompt": "none"]))
                #expect(silent.sent("code") == nil)
                #expect(silent.sent("error") == "interaction_required")
            }
        }
    }

    @Test func `P2: where consent may be left out, more than was granted and another organization are asked for`()
        async throws
    {
        let (server, _, app, member) = try await estate()
        var visitor = try await PageVisitor.signedIn(member, at: server)
        _ = try await visitor.code(for: app)
        #expect(try await visitor.open(app.request()).sent("code") != nil)
        for changes: [String: String?] in [
            ["scope": "data.read data.write"], ["scope": "openid data.read"], ["scope": nil], ["prompt": "consent"],
        ] {
            #expect(try await visitor.open(app.request(changes)).hidden("request") != nil, "\(changes)")
            let silent =
                changes.keys.contains("prompt")
                ? nil
                : try await visitor.open(
                    app.request(changes.merging(["prompt": "none"]) { $1 }))
            #expect(silent?.sent("error") == (silent == nil ? nil : "consent_required"))
        }
    }

    // MARK: P3

    /// - Parameter hasScripts: Whether it may have scripts of ours, each by its hash.
    private func hold(_ page: Answer, _ name: String, hasScripts: Bool = false) {
        let bytes = page.body
        #expect(page.status == 200, "\(name): \(page.text)")
        for hostile in ["<script>alert", "\"\u{301}", "'\u{301}", "<\u{338}", "<img src=x"] {
            #expect(!bytes.contains(Array(hostile.utf8)), "\(name): \(hostile)")
        }
        let policy = page.headers["content-security-policy"] ?? ""
        #expect(policy.hasPrefix("default-src 'none'"), "\(name)")
        let scripts = policy.split(separator: "; ").first { $0.hasPrefix("script-src ") }?.split(separator: " ") ?? []
        #expect(!policy.contains("unsafe") && hasScripts != scripts.isEmpty, "\(name): \(policy)")
        #expect(scripts.dropFirst().allSatisfy { $0.hasPrefix("'sha256-") }, "\(name): \(policy)")
    }

    @Test(arguments: [script, quote, angle, mustache])
    func `P3: what somebody is called is nowhere more than what they are called`(_ name: String) async throws {
        let (server, account, app, _) = try await estate(
            name: name, account: name, members: ["logo_uri": "https://logos.example.com/a.png?x=1"])
        let demo = try RunningServer.current.demo
        _ = try await server.makeOrganization(name, below: account, as: demo.operatorKey)
        let path = "/api/v1/organizations/\(account)/members"
        let email = "p3@\(account.replacing("_", with: "-").lowercased()).example"
        let made = try await server.make(
            path, ["email": .text(email), "name": .text(name), "roles": []], as: demo.operatorKey)
        let id = try made["id"].string
        let sent = try await server.make("\(path)/\(id)/invitation", [:], as: demo.operatorKey)
        var visitor = PageVisitor(server)
        let invitation = try await visitor.open(String(try sent["link"].string.dropFirst(server.base.count)))
        hold(invitation, "invitation")
        let fields = invitation.hiddenFields.filter { $0.0 != "email" } + [("password", "a password of a member")]
        hold(
            try await PageVisitor(server).opened(
                "/sign-in?continue=\(ServerProcess.encoded(app.request(["login_hint": name])))"), "sign-in")
        let entered = try await visitor.post("/invitation", fields)
        #expect(entered.status == 303, "\(entered.text)")
        let consent = try await visitor.open(app.request())
        hold(consent, "consent")
        #expect(
            consent.headers["content-security-policy"]?.contains("img-src 'self' data: https://logos.example.com;")
                == true)
        #expect(consent.text.contains("referrerpolicy=\"no-referrer\""))
        if name == mustache { #expect(consent.text.contains("token}}")) }
        #expect(try await visitor.decide("approve", on: consent).sent("code") != nil)
        for page in ["/account", "/account/apps", "/account/second-factor", "/sign-in/again", "/oauth2/logout"] {
            hold(try await visitor.open(page), page)
        }
        _ = try await server.makeIntegration(in: account, ["label": .text(name)], as: demo.operatorKey)
        _ = try await server.makeKey(in: account, ["name": .text(name)], as: demo.operatorKey)
        _ = try await server.makeContact(in: account, ["name": .text(name)], as: demo.operatorKey)
        let keeper = try await server.makeMember("keeper", in: account, roles: ["owner"], as: demo.operatorKey)
        var console = try await PageVisitor.signedIn(keeper, at: server)
        for page in [
            "", "/integrations", "/api-keys", "/contacts", "/apps", "/consents", "/people", "/organizations",
            "/audit-log",
        ] {
            hold(try await console.open("/o/\(account)\(page)"), page, hasScripts: true)
        }
        let handed = try await server.make(
            "/api/v1/console-sessions",
            ["organization_id": .text(account), "email": .text(email), "name": .text(name), "roles": []],
            as: demo.operatorKey)
        var other = PageVisitor(server)
        hold(try await other.open(String(try handed["url"].string.dropFirst(server.base.count))), "hand-over")
    }

    @Test func `P3: what an app sends along comes back as text, or in the form for it alone`() async throws {
        let (server, _, app, member) = try await estate()
        var visitor = try await PageVisitor.signedIn(member, at: server)
        for state in [script, quote, angle, mustache] {
            let answer = try await visitor.approve(app.request(["response_mode": "form_post", "state": state]))
            #expect(answer.status == 200)
            #expect(answer.text.matches(of: /<script>/).count == 1)
            for hostile in ["<script>alert", "\"\u{301}", "'\u{301}", "<\u{338}"] {
                #expect(!answer.body.contains(Array(hostile.utf8)), "\(hostile)")
            }
            let policy = try #require(answer.headers["content-security-policy"])
            #expect(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"))
            let refused = try await visitor.open(app.request(["redirect_uri": state, "state": state]))
            #expect(refused.status == 400)
            #expect(!refused.body.contains(Array("<script>alert".utf8)))
        }
    }

    // MARK: P5

    private static let poison = [
        [("Host", "evil.example")], [("X-Forwarded-Host", "evil.example")], [("X-Host", "evil.example")],
        [("Forwarded", "host=evil.example;proto=gopher;for=192.0.2.1")], [("X-Forwarded-Server", "evil.example")],
        [("X-Original-URL", "http://evil.example/"), ("X-Forwarded-Proto", "gopher"), ("X-Forwarded-Port", "6666")],
        [("X-Forwarded-Prefix", "/evil.example"), ("X-Rewrite-URL", "//evil.example")],
    ]

    @Test(arguments: poison)
    func `P5: no header says where we are`(_ headers: [(String, String)]) async throws {
        let (server, account, app, member) = try await estate()
        let demo = try RunningServer.current.demo
        var visitor = PageVisitor(server)
        for path in [
            "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/oauth2/jwks", "/sign-in",
            "/account", "/oauth2/authorize", app.request(), "/sign-in?continue=%2Faccount", "/oauth2/userinfo",
            "/api/v1/me", "/verify", "/oauth2/logout", "/nowhere",
        ] {
            let (plain, poisoned) = (try await visitor.open(path), try await visitor.open(path, headers: headers))
            #expect(plain.status == poisoned.status, "\(path)")
            #expect(!poisoned.text.contains("evil.example") && !poisoned.text.contains("gopher"), "\(path)")
            for name in ["location", "www-authenticate", "content-security-policy", "link"] {
                #expect(plain.headers[name] == poisoned.headers[name], "\(path): \(name)")
            }
        }
        let metadata = try await server.get("/.well-known/openid-configuration", headers: headers).json
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
            #expect(try metadata[name].string.hasPrefix(server.base + "/"), "\(name)")
        }
        #expect(metadata["issuer"] == .text(server.base))
        let form = try await visitor.open("/sign-in", headers: headers)
        let entered = try await visitor.send(
            form, to: "/sign-in", [("email", member.email), ("password", member.password)], headers: headers)
        #expect(entered.headers["location"] == "/account")
        #expect(entered.headers["set-cookie"]?.contains("Domain") == false)
        for mode in ["query", "form_post"] {
            let page = try await visitor.open(
                app.request(["response_mode": mode, "prompt": "consent"]), headers: headers)
            let answer = try await visitor.post(
                "/consent", page.hiddenFields + [("decision", "approve")], headers: headers)
            #expect(answer.sent("iss") == server.base)
            #expect(!answer.text.contains("evil.example"))
        }
        let code = try #require(try await visitor.approve(app.request(["scope": "openid"])).sent("code"))
        let tokens = try MadeTokens(
            try await server.token(
                [
                    ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", app.redirectURI),
                    ("code_verifier", ProofKey.verifier),
                ], of: app, headers: headers))
        let payload = String(try #require(tokens.id).split(separator: ".")[1])
            .replacing("-", with: "+").replacing("_", with: "/")
        let padded = payload + String(repeating: "=", count: (4 - payload.count % 4) % 4)
        let claims = try JSON(parsing: Array(try #require(Data(base64Encoded: padded))))
        #expect(claims["iss"] == .text(server.base))
        let handed = try await server.call(
            "POST", "/api/v1/console-sessions", bearer: demo.operatorKey,
            ["organization_id": .text(account), "email": .text(member.email), "name": "A", "roles": []],
            headers: headers)
        #expect(try handed.json["url"].string.hasPrefix(server.base + "/hand-over?"))
        for link in ["invitation", "password-reset"] {
            let sent = try await server.call(
                "POST", "\(member.path)/\(link)", bearer: demo.operatorKey, [:], headers: headers)
            guard sent.status == 201 else { continue }
            #expect(try sent.json["link"].string.hasPrefix(server.base + "/"), "\(link)")
        }
    }

    // MARK: P11

    @Test(arguments: ["invitation", "password-reset"])
    func `P11: of sixteen who set a password by one link, one does`(_ kind: String) async throws {
        let (server, account, _, _) = try await estate()
        let demo = try RunningServer.current.demo
        let path = "/api/v1/organizations/\(account)/members"
        var body: [String: JSON] = ["email": "p11@example.com", "name": "P11", "roles": []]
        if kind == "password-reset" { body["password"] = "the password of before" }
        body["email"] = .text("p11@\(account.replacing("_", with: "-").lowercased()).example")
        let made = try await server.make(path, .object(body), as: demo.operatorKey)
        let sent = try await server.make("\(path)/\(try made["id"].string)/\(kind)", [:], as: demo.operatorKey)
        let link = String(try sent["link"].string.dropFirst(server.base.count))
        // Who looks at the page spends nothing.
        for _ in 0..<3 { #expect(try await server.get(link).status == 200) }
        let answers = try await race(16) { number in
            var visitor = PageVisitor(server)
            let page = try await visitor.open(link)
            let fields = page.hiddenFields.filter { $0.0 != "email" }
            return try await visitor.post("/\(kind)", fields + [("password", "the password of number \(number)")])
        }.map { try $0.get() }
        #expect(answers.count { $0.status == 303 } == 1, "\(answers.map(\.status))")
        #expect(answers.allSatisfy { [303, 403, 503].contains($0.status) }, "\(answers.map(\.status))")
        let winner = try #require(answers.firstIndex { $0.status == 303 })
        #expect(answers.count { $0.headers["set-cookie"]?.contains("claviger=") == true } == 1)
        let email = try made["email"].string
        var (right, wrong) = (PageVisitor(server), PageVisitor(server))
        #expect(try await right.signIn(email, "the password of number \(winner)").status == 303)
        #expect(try await wrong.signIn(email, "the password of number \((winner + 1) % 16)").status == 422)
        #expect(try await server.get(link).status == 403)
    }

    @Test func `P11: of sixteen who are handed over by one link, one is`() async throws {
        let (server, account, _, member) = try await estate()
        let demo = try RunningServer.current.demo
        let handed = try await server.make(
            "/api/v1/console-sessions",
            ["organization_id": .text(account), "email": .text(member.email), "name": "A", "roles": ["auditor"]],
            as: demo.operatorKey)
        let link = String(try handed["url"].string.dropFirst(server.base.count))
        for _ in 0..<3 { #expect(try await server.get(link).status == 200) }
        let answers = try await race(16) { _ in
            var visitor = PageVisitor(server)
            return try await visitor.send(try await visitor.open(link), to: "/hand-over")
        }.map { try $0.get() }
        #expect(answers.count { $0.status == 303 } == 1, "\(answers.map(\.status))")
        #expect(answers.allSatisfy { [303, 403].contains($0.status) }, "\(answers.map(\.status))")
        #expect(answers.count { $0.headers["set-cookie"]?.contains("claviger=") == true } == 1)
        #expect(try await server.get(link).status == 403)
    }
}

extension PageVisitor {
    /// A page, in a browser that is not needed afterwards.
    fileprivate func opened(_ path: String) async throws -> Answer {
        var visitor = self
        return try await visitor.open(path)
    }
}
