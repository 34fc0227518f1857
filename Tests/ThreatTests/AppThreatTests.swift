import Foundation
import TestSupport
import Testing

extension Threats {
    @Suite("Apps: S3, S4", .serialized) struct Apps {
        private func estate() async throws -> (server: ServerProcess, demo: DemoCredentials, account: String) {
            let (server, demo) = try RunningServer.current
            return (server, demo, try await server.makeAccount("Apps", as: demo.operatorKey))
        }

        @Test func `S3: what is left out when an app is made is the narrower choice`() async throws {
            let (server, demo, account) = try await estate()
            let path = "/api/v1/organizations/\(account)/apps"
            let full: [String: JSON] = [
                "name": "App", "redirect_uris": ["https://app.example.com/callback"], "scopes": ["data.read"],
            ]
            for name in full.keys {
                for value: JSON? in [nil, .null] {
                    var body = full
                    body[name] = value
                    let answer = try await server.call("POST", path, bearer: demo.operatorKey, .object(body))
                    #expect(answer.status == 422, "\(name): \(answer.text)")
                }
            }
            let made = try await server.make(path, .object(full), as: demo.operatorKey)
            #expect(made["available_to"] == "account")
            #expect(made["token_endpoint_auth_method"] == .null)
            #expect(made["require_pkce"] == true)
            #expect(try made["client_secret"].string.isEmpty == false)
            #expect(made["post_logout_redirect_uris"] == [])
            #expect(made["scopes"] == ["data.read"])
            for (name, value): (String, JSON) in [
                ("token_endpoint_auth_method", ""), ("token_endpoint_auth_method", "private_key_jwt"),
                ("available_to", ""), ("available_to", "everybody"), ("token_format", "none"),
                ("id_token_signed_response_alg", "none"), ("id_token_signed_response_alg", "HS256"),
                ("redirect_uris", []), ("redirect_uris", "https://app.example.com/"), ("scopes", "data.read"),
                ("pkce", false), ("require_pkce", "false"), ("require_pkce", 0),
            ] {
                let answer = try await server.call(
                    "POST", path, bearer: demo.operatorKey, .object(full.merging([name: value]) { $1 }))
                #expect((400...422).contains(answer.status), "\(name) \(value): \(answer.text)")
            }
            let open: [String: JSON] = ["token_endpoint_auth_method": "none", "require_pkce": false]
            let answer = try await server.call(
                "POST", path, bearer: demo.operatorKey, .object(full.merging(open) { $1 }))
            #expect(answer.status == 422, "\(answer.text)")
        }

        @Test(arguments: ["client_secret_basic", "none"])
        func `S3: what is left out of an authorization request, its consent or its exchange widens nothing`(
            _ method: String
        ) async throws {
            let (server, demo, account) = try await estate()
            let app = try await server.makeApp(
                in: account, redirectURIs: ["https://app.example.com/callback", "https://app.example.com/other"],
                scopes: ["data.read"], ["token_endpoint_auth_method": .text(method)], as: demo.operatorKey)
            let member = try await server.makeMember(in: account, as: demo.operatorKey)
            var visitor = try await PageVisitor.signedIn(member, at: server)
            for name in ["client_id", "redirect_uri"] {
                for value: String? in [nil, ""] {
                    let answer = try await visitor.open(app.request([name: value]))
                    #expect(answer.status == 400, "\(name)")
                    #expect(answer.headers["location"] == nil)
                }
            }
            for name in ["response_type", "code_challenge", "code_challenge_method"] {
                for value: String? in [nil, ""] {
                    let answer = try await visitor.approve(app.request([name: value]))
                    #expect(answer.sent("error") == "invalid_request", "\(name): \(answer.headers)")
                }
            }
            let page = try await visitor.open(app.request(["scope": nil]))
            for name in ["request", "csrf", "organization"] {
                let fields = page.hiddenFields.filter { $0.0 != name } + [("decision", "approve")]
                let answer = try await visitor.post("/consent", fields)
                #expect((400...403).contains(answer.status), "\(name): \(answer.status)")
                #expect(answer.sent("code") == nil)
            }
            #expect(try await visitor.post("/consent", page.hiddenFields).status == 400)
            let code = try #require(try await visitor.decide("approve", on: page).sent("code"))
            for name in ["grant_type", "code", "redirect_uri", "code_verifier"] {
                let answer = try await server.exchange(code, of: app, [name: nil])
                #expect(answer.status == 400, "\(name): \(answer.text)")
            }
            let tokens = try MadeTokens(try await server.exchange(code, of: app))
            #expect(try await server.verify(tokens.access, scope: "data.read").status == 200)
            #expect(try await server.verify(tokens.access, scope: "data.write").status == 403)
        }

        @Test func `S4, I5: an edit of an app gives nothing that its making would have refused`() async throws {
            let (server, demo, account) = try await estate()
            let app = try await server.makeApp(in: account, scopes: ["data.read"], as: demo.operatorKey)
            let path = "/api/v1/organizations/\(account)/apps"
            let small = try await server.makeKey(
                in: account, scopes: ["claviger:apps.manage", "claviger:apps.read"], as: demo.operatorKey)
            let attempts: [(String, JSON)] = [
                ("scopes", ["data.read", "claviger:accounts.manage"]),
                ("scopes", ["data.read", "claviger:resource-servers.manage"]),
                ("scopes", ["data.read", "claviger:members.manage"]), ("scopes", ["no.such.scope"]),
                ("available_to", "everyone"), ("available_to", "nobody"),
                ("redirect_uris", ["http://app.example.com/callback"]), ("redirect_uris", []),
                ("redirect_uris", ["https://*.example.com/callback"]),
                ("redirect_uris", ["https://app.example.com/callback#x"]), ("name", ""), ("name", "a\nb"),
                ("token_format", "none"), ("id_token_signed_response_alg", "none"),
                ("refresh_token_seconds", 1_000_000_000), ("access_token_seconds", 1_000_000_000),
                ("access_token_seconds", -1),
            ]
            for (name, value) in attempts {
                let body: [String: JSON] = [
                    "name": "App", "redirect_uris": ["https://app.example.com/callback"], "scopes": ["data.read"],
                ]
                let made = try await server.call(
                    "POST", path, bearer: small.secret, .object(body.merging([name: value]) { $1 }))
                let edit = try await server.call("PATCH", app.path, bearer: small.secret, .object([name: value]))
                #expect([403, 422].contains(made.status), "\(name) \(value): \(made.text)")
                #expect([403, 422].contains(edit.status), "\(name) \(value): \(edit.text)")
            }
            for (name, value): (String, JSON) in [
                ("token_endpoint_auth_method", "none"), ("client_id", "x"), ("client_secret", "x"),
                ("organization_id", .text(demo.account)), ("created_by", "x"),
            ] {
                let edit = try await server.call("PATCH", app.path, bearer: demo.operatorKey, .object([name: value]))
                #expect((400...422).contains(edit.status), "\(name): \(edit.text)")
            }
            let after = try await server.get(app.path, bearer: demo.operatorKey).json
            #expect(after["scopes"] == ["data.read"])
            #expect(after["available_to"] == "account")
            #expect(after["token_endpoint_auth_method"] == .null)
            #expect(after["revision"] == 1)
        }

        @Test func `S4: who edits, rotates or re-enables what may more than they do is refused`() async throws {
            let (server, demo, account) = try await estate()
            let desk = demo.operatorKey
            let small = try await server.makeKey(
                in: account,
                scopes: ["apps", "api-keys", "integrations", "members"].map { "claviger:\($0).manage" }, as: desk)
            let big = ["claviger:organizations.manage"]
            let app = try await server.makeApp(in: account, scopes: big, as: desk)
            let key = try await server.makeKey(in: account, scopes: big, as: desk)
            let integration = try await server.makeIntegration(in: account, scopes: big, as: desk)
            let member = try await server.makeMember(in: account, roles: ["auditor"], as: desk)
            let doors: [(String, String, JSON)] = [
                ("POST", app.path + "/rotate", [:]), ("POST", key.path + "/rotate", [:]),
                ("POST", integration.path + "/rotate", [:]), ("POST", integration.path + "/tokens", [:]),
                ("PATCH", app.path, ["redirect_uris": ["https://evil.example/callback"]]),
                ("PATCH", member.path, ["roles": ["owner"]]), ("PATCH", member.path, ["roles": ["operator"]]),
                ("PATCH", key.path, ["scopes": .list((big + ["claviger:apps.manage"]).map { .text($0) })]),
                ("PATCH", integration.path, ["scopes": .list((big + ["data.read"]).map { .text($0) })]),
            ]
            for (method, path, body) in doors {
                let answer = try await server.call(method, path, bearer: small.secret, body)
                #expect([403, 422].contains(answer.status), "\(method) \(path): \(answer.status) \(answer.text)")
            }
            let kept = try await server.get(member.path, bearer: desk).json
            #expect(kept["roles"] == ["auditor"])
        }
    }
}
