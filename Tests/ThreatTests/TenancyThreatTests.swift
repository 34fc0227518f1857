import Foundation
import HTTPAPI
import TestSupport
import Testing

extension Threats {
    @Suite("Tenants and the life of credentials: P4, P7, K3, K4, K5") struct Tenancy {
        @Test func `P4: no read of the management API shows a secret`() async throws {
            let (server, demo) = try RunningServer.current
            let estate = try await Estate(on: server, demo)
            let client = try await server.makeIntegration(in: estate.europe, as: demo.operatorKey)
            let key = try await server.makeKey(in: estate.europe, as: demo.operatorKey)
            let app = try await server.makeApp(in: estate.europe, as: demo.operatorKey)
            let member = try await server.makeMember(in: estate.europe, as: demo.operatorKey)
            let contact = try await server.makeContact(in: estate.europe, as: demo.operatorKey)
            let accessKey = try await server.makeAccessKey(in: estate.europe, of: contact, as: demo.operatorKey)
            let grant = try await PageVisitor.signedIn(member, at: server).granted(app, as: demo.operatorKey)
            let refused = try await server.verify(key.secret, scope: "data.write")
            let request = try #require(refused.headers["x-request-id"])
            let kept = "/api/v1/organizations/\(estate.europe)/refusals/\(request)"
            #expect(try await eventually { try await server.get(kept, bearer: demo.operatorKey).status == 200 })
            let secret = /[a-z]{2,8}_(key|cs|at|rt|ak|ses|code)_[0-9A-Za-z]{20,}/
            #expect(key.secret.firstMatch(of: secret) != nil)
            let webhook = try await server.make(
                "/api/v1/organizations/\(estate.europe)/webhooks", ["url": "https://receiver.example/"],
                as: demo.operatorKey)["id"].string
            var reads = 0
            // Reads of a connection need a provider: `ConnectionAPITests` has the same of them.
            // Nothing was sent to a webhook yet, and proofs are hashes of entries that may not be taken yet.
            let others = ["{connection_id}", "{delivery_id}", "-proof"]
            for route in ManagementAPI.routes
            where route.method == .get && !others.contains(where: { route.path.contains($0) }) {
                let path = route.path.replacing("{organization_id}", with: estate.europe)
                    .replacing("{account_id}", with: demo.account).replacing("{integration_id}", with: client.id)
                    .replacing("{key_id}", with: key.id)
                    .replacing("{resource_server_id}", with: demo.resourceServer.id)
                    .replacing("{app_id}", with: app.id).replacing("{member_id}", with: member.id)
                    .replacing("{grant_id}", with: grant).replacing("{contact_id}", with: contact.id)
                    .replacing("{access_key_id}", with: accessKey.id).replacing("{request_id}", with: request)
                    .replacing("{webhook_id}", with: webhook)
                let answer = try await server.get(path, bearer: demo.operatorKey)
                #expect(answer.status == 200, "\(path)")
                #expect(answer.text.firstMatch(of: secret) == nil, "\(path)")
                reads += 1
            }
            #expect(reads >= 20)
        }

        @Test
        func
            `P7: another account's things are answered as those that do not exist, by every route that reads or deletes`()
            async throws
        {
            let (server, demo) = try RunningServer.current
            let estate = try await Estate(on: server, demo)
            let client = try await server.makeIntegration(in: estate.europe, as: demo.operatorKey)
            let key = try await server.makeKey(in: estate.europe, as: demo.operatorKey)
            let app = try await server.makeApp(in: estate.europe, as: demo.operatorKey)
            let contact = try await server.makeContact(in: estate.europe, as: demo.operatorKey)
            let accessKey = try await server.makeAccessKey(in: estate.europe, of: contact, as: demo.operatorKey)
            for route in ManagementAPI.routes
            where route.path.contains("{organization_id}") && [.get, .delete].contains(route.method) {
                func fill(_ organization: String) -> String {
                    route.path.replacing("{organization_id}", with: organization)
                        .replacing("{integration_id}", with: client.id).replacing("{key_id}", with: key.id)
                        .replacing("{member_id}", with: "mem_0000000000000000000001")
                        .replacing("{secret_id}", with: "sec_0000000000000000000001")
                        .replacing("{app_id}", with: app.id).replacing("{contact_id}", with: contact.id)
                        .replacing("{access_key_id}", with: accessKey.id)
                }
                func call(_ path: String) async throws -> Answer {
                    try await server.call(route.method.rawValue, path, bearer: estate.key(of: estate.stranger))
                }
                let theirs = try await call(fill(estate.europe))
                #expect(theirs.status == 404, "\(route.operation)")
                #expect(try await theirs.steady == call(fill(estate.gone)).steady, "\(route.operation)")
                if route.path.contains("_id}/") && route.path.split(separator: "{").count > 2 {
                    #expect(try await theirs.steady == call(fill(estate.stranger)).steady, "\(route.operation)")
                }
            }
            #expect(try await server.verify(key.secret).status == 200)
        }

        @Test func `K4: a key is worth something for its own organization and those below, whatever a header says`()
            async throws
        {
            let (server, demo) = try RunningServer.current
            let estate = try await Estate(on: server, demo)
            let key = try await server.makeKey(in: estate.europe, as: demo.operatorKey)
            for organization in [demo.account, estate.northAmerica, estate.stranger, estate.gone, "nonsense", ""] {
                let answer = try await server.verify(key.secret, headers: [("X-Organization", organization)])
                #expect(answer.status == 403, "\(organization)")
                #expect(answer.headers["x-auth-reason"] == "organization")
                #expect(answer.headers["x-auth-organization"] == nil)
            }
            for organization in [estate.europe, estate.france] {
                let answer = try await server.verify(key.secret, headers: [("X-Organization", organization)])
                #expect(answer.status == 200)
                #expect(answer.headers["x-auth-organization"] == organization)
            }
            let own = estate.key(of: estate.europe)
            for organization in [demo.account, estate.northAmerica, estate.stranger] {
                for what in ["", "/api-keys", "/integrations", "/members", "/audit-events"] {
                    let answer = try await server.get("/api/v1/organizations/\(organization)\(what)", bearer: own)
                    #expect(answer.status == 404, "\(what)")
                }
            }
        }

        // MARK: K3

        @Test(arguments: ["sealed", "jwt"])
        func `K3: a token ends with its client, its scopes with the client's`(_ format: String) async throws {
            let (server, demo) = try RunningServer.current
            let made = try await server.makeIntegration(
                in: demo.account, scopes: ["data.read", "data.write"], ["token_format": .text(format)],
                as: demo.operatorKey)
            let token = try await server.token(made.client)
            let byHand = try await server.make(made.path + "/tokens", [:], as: demo.operatorKey)["access_token"].string
            for token in [token, byHand] { #expect(try await server.verify(token, scope: "data.write").status == 200) }
            let edit = try await server.call("PATCH", made.path, bearer: demo.operatorKey, ["scopes": ["data.read"]])
            #expect(edit.status == 200)
            for token in [token, byHand] {
                #expect(try await server.verify(token, scope: "data.write").status == 403)
                #expect(try await server.verify(token, scope: "data.read").status == 200)
            }
            #expect(try await server.call("DELETE", made.path, bearer: demo.operatorKey).status == 204)
            for token in [token, byHand] {
                #expect(try await server.verify(token).status == 401)
                #expect(try await !server.isActive(token, for: demo.resourceServer))
            }
        }

        @Test func `K3: the secret before a rotation ends with its key`() async throws {
            let (server, demo) = try RunningServer.current
            let key = try await server.makeKey(in: demo.account, as: demo.operatorKey)
            let new = try await server.make(key.path + "/rotate", ["overlap_seconds": 600], as: demo.operatorKey)["key"]
                .string
            for secret in [key.secret, new] { #expect(try await server.verify(secret).status == 200) }
            #expect(try await server.call("POST", key.path + "/disable", bearer: demo.operatorKey, [:]).status == 200)
            for secret in [key.secret, new] { #expect(try await server.verify(secret).status == 401) }
            #expect(try await server.call("POST", key.path + "/enable", bearer: demo.operatorKey, [:]).status == 200)
            for secret in [key.secret, new] { #expect(try await server.verify(secret).status == 200) }
            #expect(try await server.call("DELETE", key.path, bearer: demo.operatorKey).status == 204)
            for secret in [key.secret, new] { #expect(try await server.verify(secret).status == 401) }
        }

        // MARK: K5

        /// Whether each door lets a bearer credential in.
        private func doors(_ credential: String) async throws -> [Bool] {
            let (server, demo) = try RunningServer.current
            return [
                try await server.verify(credential).status == 200,
                try await server.get("/verify?Authorization=Bearer+\(credential)").status == 200,
                try await server.isActive(credential, for: demo.resourceServer),
                try await server.get("/api/v1/me", bearer: credential).status == 200,
            ]
        }

        private func expectAll(_ open: Bool, _ credential: String, _ state: Comment) async throws {
            let refused = try await server401(credential)
            #expect(try await doors(credential) == [open, open, open, open], state)
            #expect(refused == !open, state)
        }

        private func server401(_ credential: String) async throws -> Bool {
            let server = try RunningServer.current.server
            let gateway = try await server.verify(credential).status
            let management = try await server.get("/api/v1/me", bearer: credential).status
            return gateway == 401 && management == 401
        }

        @Test func `K5: a disabled, deleted or expired key and one of a suspended account is refused at every door`()
            async throws
        {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("K5", as: demo.operatorKey)
            func key(_ members: [String: JSON] = [:]) async throws -> MadeCredential {
                try await server.makeKey(in: account, scopes: Threats.ownKeys, members, as: demo.operatorKey)
            }
            let subject = try await key()
            try await expectAll(true, subject.secret, "in force")
            _ = try await server.make(subject.path + "/disable", [:], as: demo.operatorKey)
            try await expectAll(false, subject.secret, "disabled")
            _ = try await server.make(subject.path + "/enable", [:], as: demo.operatorKey)
            try await expectAll(true, subject.secret, "enabled")
            func suspend(_ suspended: Bool) async throws {
                let answer = try await server.call(
                    "PATCH", "/api/v1/accounts/\(account)", bearer: demo.operatorKey, ["suspended": .bool(suspended)])
                #expect(answer.status == 200)
            }
            try await suspend(true)
            try await expectAll(false, subject.secret, "suspended")
            try await suspend(false)
            try await expectAll(true, subject.secret, "resumed")
            let new = try await server.make(subject.path + "/rotate", [:], as: demo.operatorKey)["key"].string
            try await expectAll(false, subject.secret, "rotated")
            try await expectAll(true, new, "new")
            #expect(try await server.call("DELETE", subject.path, bearer: demo.operatorKey).status == 204)
            try await expectAll(false, new, "deleted")

            let short = try await key(["lifetime_seconds": 1])
            try await eventually { try await server.verify(short.secret).status == 401 }
            try await expectAll(false, short.secret, "expired")
        }

        @Test func `K5: a deleted or rotated client and one of a suspended account is refused at every door`()
            async throws
        {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("K5", as: demo.operatorKey)
            let made = try await server.makeIntegration(in: account, scopes: Threats.ownKeys, as: demo.operatorKey)
            let token = try await server.token(made.client)
            /// The query-string door is for API keys alone.
            func expectToken(_ open: Bool, _ state: Comment) async throws {
                #expect(try await doors(token) == [open, false, open, open], state)
            }
            func errors(_ client: DemoCredentials.Client) async throws -> Set<String> {
                var found: Set<String> = []
                for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
                    let parameters = [("grant_type", "client_credentials"), ("token", "x")]
                    let answer = try await server.form(path, parameters, client: client)
                    found.insert(answer.status == 200 ? "none" : try answer.json["error"].string)
                }
                return found
            }
            try await expectToken(true, "in force")
            #expect(try await errors(made.client) == ["none"])
            for suspended in [true, false] {
                let answer = try await server.call(
                    "PATCH", "/api/v1/accounts/\(account)", bearer: demo.operatorKey, ["suspended": .bool(suspended)])
                #expect(answer.status == 200)
                try await expectToken(!suspended, "suspended: \(suspended)")
                #expect(try await errors(made.client) == [suspended ? "unauthorized_client" : "none"])
            }
            let new = try await server.make(made.path + "/rotate", [:], as: demo.operatorKey)["client_secret"].string
            #expect(try await errors(made.client) == ["invalid_client"])
            #expect(try await errors(.init(id: made.id, secret: new)) == ["none"])
            #expect(try await server.call("DELETE", made.path, bearer: demo.operatorKey).status == 204)
            try await expectToken(false, "deleted")
            #expect(try await errors(.init(id: made.id, secret: new)) == ["invalid_client"])
        }
    }
}

extension PageVisitor {
    /// The grant of a member who approves, by its identifier.
    fileprivate func granted(_ app: MadeApp, as bearer: String) async throws -> String {
        var visitor = self
        _ = try await visitor.code(for: app)
        let organization = app.path.split(separator: "/")[3]
        return try await server.get("/api/v1/organizations/\(organization)/grants", bearer: bearer)
            .json["items"][0]["id"].string
    }
}
