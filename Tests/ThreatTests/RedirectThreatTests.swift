import Foundation
import TestSupport
import Testing

extension Threats {
    @Suite("Redirects and responses: R1 to R8, R10, R11", .serialized) struct Redirects {
        private static let own = "https://app.example.com/callback"

        /// An account with an admin and an app.
        private func estate(
            redirectURIs: [String] = [own], _ members: [String: JSON] = [:]
        ) async throws -> (app: MadeApp, member: MadeMember) {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("Redirected", as: demo.operatorKey)
            return (
                try await server.makeApp(in: account, redirectURIs: redirectURIs, members, as: demo.operatorKey),
                try await server.makeMember(in: account, as: demo.operatorKey)
            )
        }

        /// Each way to ask the authorization endpoint with these changes, answered.
        private func answers(
            _ app: MadeApp, _ changes: [String: String?], _ visitor: inout PageVisitor
        ) async throws -> [Answer] {
            var answers: [Answer] = []
            for further: [String: String?] in [
                [:], ["prompt": "none"], ["response_mode": "form_post"], ["response_type": "nonsense"],
                ["scope": "no.such.scope"], ["code_challenge": nil],
            ] {
                let request = app.request(changes.merging(further) { $1 })
                answers.append(try await visitor.open(request))
                let query = request.split(separator: "?", maxSplits: 1)[1].split(separator: "&").map { pair in
                    let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return (String(halves[0]), String(halves[1]).removingPercentEncoding ?? "")
                }
                let relayed = try await visitor.post("/oauth2/authorize", query)
                #expect(relayed.status == 303)
                let location = try #require(relayed.headers["location"])
                #expect(location.hasPrefix("/oauth2/authorize?"))
                answers.append(try await visitor.open(location))
            }
            return answers
        }

        private func isPageOfOurs(_ answer: Answer) -> Bool {
            answer.status == 400 && answer.headers["location"] == nil && answer.postedFields.isEmpty
                && !answer.text.contains("evil.example")
        }

        @Test func `R1, R2, R4, R6: another spelling of a redirect URI is another one, whichever way it comes`()
            async throws
        {
            let (app, member) = try await estate(redirectURIs: [Self.own, "https://other.example.com/callback?a=b"])
            var visitor = PageVisitor(try RunningServer.current.server)
            let hostile = [
                "https://app.example.com@evil.example/callback", "https://evil.example\\@app.example.com/callback",
                "https://app.example.com%25@evil.example/callback", "https://evil.example#@app.example.com/callback",
                "https://a@b@app.example.com/callback", "https://app.example.com:443/callback",
                "https://APP.example.com/callback", "HTTPS://app.example.com/callback",
                "https://app.example.com/Callback", "https://app.example.com/callback/",
                "https://app.example.com//callback", "https://app.example.com/x/../callback",
                "https://app.example.com/%63allback", "https://app.example.com/callback?",
                "https://app.example.com/callback?next=https://evil.example", "https://app.example.com/callback#",
                "https://app.example.com./callback", "https://app.example.com.evil.example/callback",
                "http://app.example.com/callback", "https:app.example.com/callback", "//app.example.com/callback",
                " https://app.example.com/callback", "https://app.example.com/callback ",
                "https://app.example.com/callback\u{0}", "https://app.example.com/callback\r\nLocation: x",
                "https://app\u{FF0E}example.com/callback", "https://app.example.com/c\u{0430}llback",
                "https://other.example.com/callback", "https://other.example.com/callback?a=b&a=c",
                "javascript:alert(1)", "data:text/html,x", "*", "https://*.example.com/callback",
            ]
            for isSignedIn in [false, true] {
                if isSignedIn { visitor = try await .signedIn(member, at: visitor.server) }
                for uri in hostile {
                    let answer = try await visitor.open(app.request(["redirect_uri": uri]))
                    #expect(isPageOfOurs(answer), "\(uri): \(answer.status) \(answer.headers["location"] ?? "")")
                }
                for uri in ["https://evil.example/callback", "https://app.example.com@evil.example/"] {
                    for answer in try await answers(app, ["redirect_uri": uri], &visitor) {
                        #expect(isPageOfOurs(answer), "\(uri): \(answer.status) \(answer.headers)")
                    }
                }
            }
            #expect(try await visitor.approve(app.request()).sent("code") != nil)
        }

        @Test(arguments: ["http://127.0.0.1:8000/callback", "http://[::1]/callback"])
        func `R3: of a loopback address the port may differ, and nothing else`(_ registered: String) async throws {
            let (app, member) = try await estate(
                redirectURIs: [registered, "http://localhost:8000/callback"], ["token_endpoint_auth_method": "none"])
            var visitor = try await PageVisitor.signedIn(member, at: try RunningServer.current.server)
            let host = registered.contains("[") ? "[::1]" : "127.0.0.1"
            for uri in ["http://\(host):1/callback", "http://\(host):65535/callback", "http://\(host)/callback"] {
                let answer = try await visitor.approve(app.request(["redirect_uri": uri]))
                #expect(answer.headers["location"]?.hasPrefix(uri + "?code=") == true, "\(uri): \(answer.text)")
            }
            for uri in [
                "http://localhost:8001/callback", "http://127.0.0.2:8000/callback", "http://127.1:8000/callback",
                "http://2130706433:8000/callback", "http://[::ffff:127.0.0.1]/callback", "http://[::2]/callback",
                "http://[0:0:0:0:0:0:0:1]/callback", "https://\(host)/callback", "http://\(host):0/callback",
                "http://\(host):65536/callback", "http://\(host):8000@evil.example/callback",
                "http://\(host):/callback", "http://\(host):+80/callback", "http://\(host):8000/callback/x",
                "http://\(host):8000/callback?x=y", "http://\(host):8000/callback#x", "http://\(host):8000",
                "http://\(host).evil.example/callback", "http://evil.example:8000/callback",
                "HTTP://\(host):8000/callback", "Http://\(host)/callback", "http://\(host):08000/callback",
            ] {
                #expect(isPageOfOurs(try await visitor.open(app.request(["redirect_uri": uri]))), "\(uri)")
            }
        }

        @Test func `R4: a code is exchanged under the very redirect URI that it was asked for`() async throws {
            let server = try RunningServer.current.server
            let other = "https://app.example.com/other"
            let (app, member) = try await estate(redirectURIs: [Self.own, other])
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let code = try await visitor.code(for: app)
            for uri in [other, nil, "", Self.own + "/", "https://evil.example/callback"] {
                let answer = try await server.exchange(code, of: app, ["redirect_uri": uri])
                #expect(answer.status == 400)
                #expect(try answer.json["error"] == "invalid_grant", "\(uri ?? "none")")
            }
            #expect(try await server.exchange(code, of: app).status == 200)
        }

        @Test(arguments: ["query", "form_post"])
        func `R5: an approval is held against the app as it is then, not as it was when the page was shown`(
            _ mode: String
        ) async throws {
            let (server, demo) = try RunningServer.current
            let (app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            for decision in ["approve", "deny"] {
                let page = try await visitor.open(app.request(["response_mode": mode, "prompt": "consent"]))
                #expect(page.hidden("request") != nil, "\(page.text)")
                for (list, values): (String, JSON) in [
                    ("redirect_uris", ["https://app.example.com/moved"]), ("scopes", ["data.write"]),
                ] {
                    let before = try await server.get(app.path, bearer: demo.operatorKey).json[list]
                    let edit: JSON = .object([list: values])
                    #expect(try await server.call("PATCH", app.path, bearer: demo.operatorKey, edit).status == 200)
                    let answer = try await visitor.decide(decision, on: page)
                    #expect(answer.sent("code") == nil)
                    if list == "redirect_uris" {
                        #expect(isPageOfOurs(answer), "\(answer.status) \(answer.headers)")
                    } else {
                        #expect(answer.sent("error") == "invalid_scope")
                    }
                    _ = try await server.call("PATCH", app.path, bearer: demo.operatorKey, .object([list: before]))
                }
                #expect(try await visitor.decide(decision, on: page).sent("state") == "s1")
            }
            #expect(try await server.call("DELETE", app.path, bearer: demo.operatorKey).status == 204)
            #expect(isPageOfOurs(try await visitor.open(app.request())))
        }

        @Test(arguments: ["query", "form_post"])
        func `R5, P1: the request of a consent form is the one that was shown`(_ mode: String) async throws {
            let (app, member) = try await estate(redirectURIs: [Self.own, "https://app.example.com/other"])
            var visitor = try await PageVisitor.signedIn(member, at: try RunningServer.current.server)
            let page = try await visitor.open(app.request(["response_mode": mode]))
            for changes: [String: String?] in [
                ["redirect_uri": "https://app.example.com/other"], ["redirect_uri": "https://evil.example/"],
                ["scope": "data.read data.write"], ["state": "s2"], ["code_challenge": nil], ["nonce": "n"],
            ] {
                let forged = app.query(changes.merging(["response_mode": mode]) { first, _ in first })
                let fields = page.hiddenFields.map { $0.0 == "request" ? ("request", forged) : $0 }
                for decision in ["approve", "deny"] {
                    let answer = try await visitor.post("/consent", fields + [("decision", decision)])
                    #expect(answer.status == 403, "\(changes): \(answer.status)")
                    #expect(answer.headers["location"] == nil)
                    #expect(answer.postedFields.isEmpty)
                }
            }
        }

        @Test func `R7: nothing in a redirect URI of an app can be taken for a part of our answer`() async throws {
            let (server, demo) = try RunningServer.current
            let (_, member) = try await estate()
            let account = String(member.path.split(separator: "/")[3])
            var visitor = try await PageVisitor.signedIn(member, at: server)
            for name in [
                "code", "state", "iss", "error", "error_description", "id_token", "%63ode", "STATE", "response",
            ] {
                for uri in [Self.own + "?\(name)=forged", Self.own + "?a=b&\(name)=forged", Self.own + "?a=b;\(name)"] {
                    let made = try await server.call(
                        "POST", "/api/v1/organizations/\(account)/apps", bearer: demo.operatorKey,
                        ["name": "R7", "redirect_uris": [.text(uri)], "scopes": ["data.read"]])
                    #expect(made.status == 422, "\(uri): \(made.text)")
                    let good = try await server.makeApp(in: account, as: demo.operatorKey)
                    let edited = try await server.call(
                        "PATCH", good.path, bearer: demo.operatorKey, ["redirect_uris": [.text(uri)]])
                    #expect(edited.status == 422, "\(uri): \(edited.text)")
                }
            }
            for name in ["state", "STATE", "%73tate"] {
                let made = try await server.call(
                    "POST", "/api/v1/organizations/\(account)/apps", bearer: demo.operatorKey,
                    [
                        "name": "R7", "redirect_uris": [.text(Self.own)], "scopes": ["data.read"],
                        "post_logout_redirect_uris": [.text(Self.own + "?\(name)=forged")],
                    ])
                #expect(made.status == 422, "\(name): \(made.text)")
            }
            for uri in [Self.own + "#code=forged", Self.own + "#", Self.own + "?a=b#state=x"] {
                let made = try await server.call(
                    "POST", "/api/v1/organizations/\(account)/apps", bearer: demo.operatorKey,
                    ["name": "R7", "redirect_uris": [.text(uri)], "scopes": ["data.read"]])
                #expect(made.status == 422, "\(uri): \(made.text)")
            }
            let harmless = try await server.makeApp(
                in: account, redirectURIs: [Self.own + "?tenant=1"], as: demo.operatorKey)
            let answer = try await visitor.approve(harmless.request(["state": "&code=forged#&iss=x"]))
            let location = try #require(answer.headers["location"])
            #expect(location.hasPrefix(Self.own + "?tenant=1&code=clv_code_"))
            #expect(location.matches(of: /[?&]code=/).count == 1)
            #expect(location.matches(of: /[?&]iss=/).count == 1)
            #expect(!location.contains("#"))
        }

        @Test(arguments: [
            "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>x</script>",
            "vbscript:x", "file:///etc/passwd", "blob:https://app.example.com/x", "http://app.example.com/",
            "https://", "https:///x", "about:blank", "//evil.example", "/x", "", " https://app.example.com/",
            "https://user@app.example.com/", "https://app.example.com/\"onerror=x",
        ])
        func `R8, S4: no address of an app is a script, neither at its making nor by an edit`(_ address: String)
            async throws
        {
            let (server, demo) = try RunningServer.current
            let (app, member) = try await estate()
            let account = String(member.path.split(separator: "/")[3])
            let good: [String: JSON] = [
                "name": "R8", "redirect_uris": [.text(Self.own)], "scopes": ["data.read"],
            ]
            for name in [
                "redirect_uris", "post_logout_redirect_uris", "logo_uri", "client_uri", "policy_uri", "tos_uri",
            ] {
                let value: JSON = name.hasSuffix("uris") ? [.text(address)] : .text(address)
                let made = try await server.call(
                    "POST", "/api/v1/organizations/\(account)/apps", bearer: demo.operatorKey,
                    .object(good.merging([name: value]) { $1 }))
                #expect(made.status == 422, "\(name): \(made.text)")
                let edit = try await server.call(
                    "PATCH", app.path, bearer: demo.operatorKey, .object([name: value]))
                #expect(edit.status == 422, "\(name): \(edit.text)")
            }
            let handed = try await server.call(
                "POST", "/api/v1/console-sessions", bearer: demo.operatorKey,
                [
                    "organization_id": .text(account), "email": "r8@example.com", "name": "R8", "roles": ["auditor"],
                    "return_url": .text(address),
                ])
            #expect(handed.status == 422, "\(handed.text)")
        }

        @Test(arguments: [
            "//evil.example", "https://evil.example", "/\\evil.example", "/%2F/evil.example", "\\\\evil.example",
            "/account/../..//evil.example", "/account@evil.example", "/oauth2/authorize\r\nLocation: //evil.example",
            "javascript:alert(1)", "/oauth2/logout?post_logout_redirect_uri=https://evil.example", "/sign-out",
        ])
        func `R10: no door behind which one is signed in leads elsewhere`(_ target: String) async throws {
            let (server, demo) = try RunningServer.current
            let (_, member) = try await estate()
            let account = String(member.path.split(separator: "/")[3])
            let link = "?continue=\(ServerProcess.encoded(target))"
            var visitor = PageVisitor(server)
            let form = try await visitor.open("/sign-in" + link)
            #expect(!form.text.contains("evil.example"))
            let entered = try await visitor.send(
                form, to: "/sign-in", [("continue", target), ("email", member.email), ("password", member.password)])
            #expect(entered.status == 303)
            #expect(entered.headers["location"] == "/account")
            let again = try await visitor.open("/sign-in/again" + link)
            let fields = again.hiddenFields.filter { $0.0 != "continue" && $0.0 != "email" }
            let proven = try await visitor.post(
                "/sign-in/again", fields + [("continue", target), ("password", member.password)])
            #expect(proven.headers["location"] == "/account", "\(proven.status) \(proven.text)")
            let handed = try await server.make(
                "/api/v1/console-sessions",
                [
                    "organization_id": .text(account), "email": .text(member.email), "name": "A", "roles": ["admin"],
                ], as: demo.operatorKey)
            let url = try handed["url"].string
            var other = PageVisitor(server)
            let page = try await other.open(
                String(url.dropFirst(server.base.count)) + "&continue=\(ServerProcess.encoded(target))")
            let arrived = try await other.post(
                "/hand-over", page.hiddenFields.filter { $0.0 != "continue" } + [("continue", target)])
            #expect(arrived.status == 303, "\(arrived.text)")
            #expect(arrived.headers["location"] == "/account")
        }

        @Test func `R10: a sign-out leads to a registered address or to none`() async throws {
            let server = try RunningServer.current.server
            let after = "https://app.example.com/bye"
            let (app, member) = try await estate(
                redirectURIs: [Self.own], ["post_logout_redirect_uris": [.text(after)]])
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let hint = try #require(try await visitor.tokens(for: app, ["scope": "openid"]).id)
            for uri in [
                "https://evil.example/", after + "/", after + "?x", "https://app.example.com@evil.example/bye",
                Self.own, "javascript:alert(1)", "//evil.example",
            ] {
                for naming in ["id_token_hint=\(hint)", "client_id=\(app.id)", "x=y"] {
                    var other = try await PageVisitor.signedIn(member, at: server)
                    let path = "/oauth2/logout?\(naming)&post_logout_redirect_uri=\(ServerProcess.encoded(uri))"
                    var answer = try await other.open(path)
                    if answer.hidden("request") != nil {
                        #expect(!answer.text.contains("form-action \(uri)"))
                        answer = try await other.send(answer, to: "/oauth2/logout/confirm")
                    }
                    #expect(answer.status == 200, "\(uri) \(naming): \(answer.status)")
                    #expect(answer.headers["location"] == nil, "\(uri) \(naming)")
                    #expect(other.cookies["claviger"] == nil)
                }
            }
            let path = "/oauth2/logout?id_token_hint=\(hint)&post_logout_redirect_uri=\(ServerProcess.encoded(after))"
            let answer = try await visitor.open(path)
            #expect(answer.status == 303)
            #expect(answer.headers["location"] == after)
        }

        @Test func `R11: what a form carried is never sent on`() async throws {
            let (server, demo) = try RunningServer.current
            let (app, member) = try await estate()
            var visitor = PageVisitor(server)
            var statuses: [Int] = []
            statuses.append(try await visitor.signIn(member.email, member.password).status)
            let again = try await visitor.open("/sign-in/again")
            statuses.append(
                try await visitor.post(
                    "/sign-in/again",
                    again.hiddenFields.filter { $0.0 != "email" } + [("password", member.password)]
                ).status)
            statuses.append(try await visitor.post("/oauth2/authorize", [("client_id", app.id)]).status)
            statuses.append(try await visitor.post("/oauth2/logout", [("client_id", app.id)]).status)
            for decision in ["deny", "approve"] {
                let page = try await visitor.open(app.request())
                statuses.append(try await visitor.decide(decision, on: page).status)
            }
            statuses.append(try await PageVisitor(server).sentNobody("/consent"))
            let invitation = try await server.make(member.path + "/password-reset", [:], as: demo.operatorKey)
            let link = String(try invitation["link"].string.dropFirst(server.base.count))
            var other = PageVisitor(server)
            let page = try await other.open(link)
            let fields = page.hiddenFields.filter { $0.0 != "email" } + [("password", "another password of theirs")]
            statuses.append(try await other.post("/password-reset", fields).status)
            #expect(statuses.allSatisfy { $0 == 303 }, "\(statuses)")
        }
    }
}

extension PageVisitor {
    /// The status of what somebody is answered who sends an empty form.
    fileprivate func sentNobody(_ path: String) async throws -> Int {
        var visitor = self
        return try await visitor.post(path, []).status
    }
}
