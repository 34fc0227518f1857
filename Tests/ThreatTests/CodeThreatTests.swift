import Foundation
import TestSupport
import Testing

extension Threats {
    @Suite("Codes: C1, C2, C4 to C7", .serialized) struct Codes {
        private func estate(
            _ members: [String: JSON] = [:]
        ) async throws -> (server: ServerProcess, app: MadeApp, member: MadeMember) {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("Coded", as: demo.operatorKey)
            return (
                server, try await server.makeApp(in: account, members, as: demo.operatorKey),
                try await server.makeMember(in: account, as: demo.operatorKey)
            )
        }

        @Test(arguments: ["client_secret_basic", "none"])
        func `C1: a code that was asked for with a challenge is worth nothing without its verifier`(_ method: String)
            async throws
        {
            let (server, app, member) = try await estate(["token_endpoint_auth_method": .text(method)])
            var visitor = try await PageVisitor.signedIn(member, at: server)
            for verifiers in [
                [nil, "", ProofKey.challenge], [ProofKey.verifier + "x", String(repeating: "a", count: 43)],
            ] {
                let code = try await visitor.code(for: app)
                for verifier in verifiers {
                    let answer = try await server.exchange(code, of: app, ["code_verifier": verifier])
                    #expect(answer.status == 400, "\(verifier ?? "none")")
                    #expect(try answer.json["access_token"] == nil)
                }
                // Nothing of that has spent it.
                #expect(try await server.exchange(code, of: app).status == 200)
            }
        }

        @Test(arguments: ["query", "form_post"])
        func `C7: neither a plain challenge nor none is taken, nor any other answer than a code`(_ mode: String)
            async throws
        {
            for method in ["client_secret_basic", "none"] {
                let (server, app, member) = try await estate(["token_endpoint_auth_method": .text(method)])
                var visitor = try await PageVisitor.signedIn(member, at: server)
                for changes: [String: String?] in [
                    ["code_challenge_method": "plain"], ["code_challenge_method": nil],
                    ["code_challenge_method": "s256"], ["code_challenge": nil, "code_challenge_method": nil],
                    ["code_challenge": nil], ["code_challenge": ProofKey.challenge + "="],
                    ["code_challenge": ProofKey.verifier + "!"],
                ] {
                    let answer = try await visitor.approve(
                        app.request(changes.merging(["response_mode": mode]) { $1 }))
                    #expect(answer.sent("error") == "invalid_request", "\(changes): \(answer.status)")
                    #expect(answer.sent("code") == nil)
                }
                for type in ["token", "id_token", "code token", "code id_token", "none"] {
                    let answer = try await visitor.approve(app.request(["response_type": type, "response_mode": mode]))
                    #expect(answer.sent("error") == "unsupported_response_type", "\(type): \(answer.status)")
                }
                let fragment = try await visitor.approve(app.request(["response_mode": "fragment"]))
                #expect(fragment.sent("error") == "invalid_request")
            }
            let server = try RunningServer.current.server
            for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
                let metadata = try await server.get(path).json
                #expect(metadata["code_challenge_methods_supported"] == ["S256"])
                #expect(metadata["response_types_supported"] == ["code"])
                let algorithms = try metadata["id_token_signing_alg_values_supported"].elements
                #expect(!algorithms.isEmpty)
                #expect(!algorithms.contains("none") && !algorithms.contains("HS256"))
            }
        }

        @Test func `C2: of sixteen who present one code at once, one gets tokens, and they end with the theft`()
            async throws
        {
            let (server, app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let code = try await visitor.code(for: app)
            let answers = try await race(16) { _ in try await server.exchange(code, of: app) }.map { try $0.get() }
            let won = answers.filter { $0.status == 200 }
            #expect(won.count == 1)
            for answer in answers where answer.status != 200 {
                #expect(answer.status == 400, "\(answer.text)")
                #expect(try answer.json["error"] == "invalid_grant")
            }
            let tokens = try MadeTokens(try #require(won.first))
            #expect(try await server.verify(tokens.access).status == 401)
            #expect(try await server.refresh(tokens.refresh, of: app).status == 400)
        }

        @Test func `C2: a code that comes a second time ends what the first time gave`() async throws {
            let (server, app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let code = try await visitor.code(for: app, ["scope": "openid data.read"])
            let first = try MadeTokens(try await server.exchange(code, of: app))
            let second = try MadeTokens(try await server.refresh(first.refresh, of: app))
            #expect(try await server.verify(second.access).status == 200)
            #expect(try await server.exchange(code, of: app).status == 400)
            for token in [first.access, second.access] {
                #expect(try await server.verify(token).status == 401)
                #expect(try await server.get("/oauth2/userinfo", bearer: token).status == 401)
            }
            for token in [first.refresh, second.refresh] {
                #expect(try await server.refresh(token, of: app).status == 400)
            }
        }

        @Test(arguments: ["query", "form_post"])
        func `C4: each answer to an app says who gives it`(_ mode: String) async throws {
            let (server, app, member) = try await estate()
            func ask(_ visitor: inout PageVisitor, _ changes: [String: String?]) async throws -> Answer {
                try await visitor.open(app.request(changes.merging(["response_mode": mode]) { $1 }))
            }
            func hold(_ answer: Answer, _ error: String?) {
                #expect(answer.sent("iss") == server.base, "\(error ?? "code"): \(answer.headers)")
                #expect(answer.sent("state") == "s1")
                #expect(answer.sent("error") == error)
                #expect((answer.sent("code") == nil) == (error != nil))
                #expect(answer.postedFields.isEmpty == (mode == "query"))
            }
            var visitor = PageVisitor(server)
            hold(try await ask(&visitor, ["prompt": "none"]), "login_required")
            visitor = try await .signedIn(member, at: server)
            hold(try await ask(&visitor, ["prompt": "none"]), "consent_required")
            hold(try await ask(&visitor, ["scope": "no.such"]), "invalid_scope")
            hold(try await ask(&visitor, ["response_type": "token"]), "unsupported_response_type")
            hold(try await ask(&visitor, ["code_challenge": nil]), "invalid_request")
            hold(try await ask(&visitor, ["resource": "https://nobody.example"]), "invalid_target")
            hold(try await ask(&visitor, ["request": "x"]), "request_not_supported")
            hold(try await ask(&visitor, ["request_uri": "https://x.example"]), "request_uri_not_supported")
            hold(try await visitor.decide("deny", on: try await ask(&visitor, [:])), "access_denied")
            hold(try await visitor.decide("approve", on: try await ask(&visitor, [:])), nil)
            hold(try await ask(&visitor, [:]), nil)
            let metadata = try await server.get("/.well-known/oauth-authorization-server").json
            #expect(metadata["authorization_response_iss_parameter_supported"] == true)
            #expect(metadata["issuer"] == .text(server.base))
        }

        @Test func `C5: a consent form is good for the session that saw it, and for none that came after it`()
            async throws
        {
            let (server, app, member) = try await estate()
            let (_, demo) = try RunningServer.current
            let other = try await server.makeMember(
                "bob", in: String(member.path.split(separator: "/")[3]), as: demo.operatorKey)
            var (visitor, attacker) = (
                try await PageVisitor.signedIn(member, at: server), try await PageVisitor.signedIn(other, at: server)
            )
            let page = try await visitor.open(app.request())
            let foreign = try await attacker.open(app.request())
            #expect(foreign.hidden("request") == page.hidden("request"))
            #expect(try await visitor.decide("approve", on: foreign).status == 403)
            #expect(try await attacker.decide("approve", on: page).status == 403)
            var nobody = PageVisitor(server)
            #expect(try await nobody.decide("approve", on: page).headers["location"]?.hasPrefix("/sign-in") == true)
            // The same member, in a session that began after the page was shown.
            let entered = try await visitor.signIn(
                member.email, member.password, continuing: app.request(["prompt": "login"]))
            #expect(entered.status == 303)
            #expect(try await visitor.decide("approve", on: page).status == 403)
            let asked = try await visitor.open(app.request())
            #expect(try await visitor.decide("approve", on: asked).sent("code") != nil)
        }

        @Test func `C6: a session that somebody else set or knew is not the one that a sign-in makes`() async throws {
            let (server, app, member) = try await estate()
            let (_, demo) = try RunningServer.current
            let thief = try await server.makeMember(
                "thief", in: String(member.path.split(separator: "/")[3]), as: demo.operatorKey)
            let known = try #require(try await PageVisitor.signedIn(thief, at: server).cookies["claviger"])
            for planted in [known, "clv_ses_planted", String(repeating: "a", count: 64)] {
                var visitor = PageVisitor(server, cookies: ["claviger": planted])
                let entered = try await visitor.signIn(
                    member.email, member.password, continuing: app.request(["prompt": "login"]))
                #expect(entered.status == 303)
                let fresh = try #require(visitor.cookies["claviger"])
                #expect(fresh != planted)
                var holder = PageVisitor(server, cookies: ["claviger": planted])
                #expect(try await !holder.open("/account").text.contains(member.email))
                // Proving once more who one is changes it too.
                let again = try await visitor.open("/sign-in/again")
                let fields = again.hiddenFields.filter { $0.0 != "email" }
                _ = try await visitor.post("/sign-in/again", fields + [("password", member.password)])
                #expect(visitor.cookies["claviger"] != fresh)
                var old = PageVisitor(server, cookies: ["claviger": fresh])
                #expect(try await old.open(app.request()).headers["location"]?.hasPrefix("/sign-in?") == true)
                #expect(try await visitor.open("/account").text.contains(member.email))
            }
        }
    }
}
