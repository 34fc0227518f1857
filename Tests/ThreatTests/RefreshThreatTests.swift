import Foundation
import TestSupport
import Testing

extension Threats {
    @Suite("Refresh tokens: F1, F3 to F6", .serialized) struct Refreshing {
        private func estate() async throws -> (server: ServerProcess, app: MadeApp, member: MadeMember) {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("Refreshed", as: demo.operatorKey)
            return (
                server, try await server.makeApp(in: account, as: demo.operatorKey),
                try await server.makeMember(in: account, as: demo.operatorKey)
            )
        }

        /// That none of these tokens is worth anything, wherever it is shown.
        private func expectDead(_ all: [MadeTokens], of app: MadeApp, at server: ServerProcess) async throws {
            let demo = try RunningServer.current.demo
            for tokens in all {
                try await server.expectRefused(tokens.access, at: demo.resourceServer)
                let answer = try await server.refresh(tokens.refresh, of: app)
                #expect(answer.status == 400)
                #expect(try answer.json["error"] == "invalid_grant")
            }
        }

        @Test func `F1, F6: of sixteen who present one refresh token, all get the one successor`() async throws {
            let (server, app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let first = try await visitor.tokens(for: app)
            let answers = try await race(16) { _ in try await server.refresh(first.refresh, of: app) }
                .map { try $0.get() }
            #expect(answers.allSatisfy { $0.status == 200 }, "\(answers.map(\.status))")
            #expect(Set(answers.map(\.text)).count == 1)
            let successor = try MadeTokens(try #require(answers.first))
            #expect(try await server.verify(successor.access).status == 200)
            #expect(try await server.refresh(successor.refresh, of: app).status == 200)
        }

        @Test func `F1: of sixteen who want different things for one refresh token, one gets them at most`()
            async throws
        {
            let (server, app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let first = try await visitor.tokens(for: app, ["scope": "openid data.read data.write"])
            let asked = ["openid", "data.read", "data.write", "openid data.read"]
            let answers = try await race(16) { number in
                try await server.refresh(first.refresh, of: app, [("scope", asked[number % 4])])
            }.map { try $0.get() }
            let won = Set(answers.filter { $0.status == 200 }.map(\.text))
            #expect(won.count == 1)
            let winner = try #require(answers.first { $0.status == 200 })
            try await expectDead([try MadeTokens(winner), first], of: app, at: server)
        }

        @Test func `F1: a rotation that races the end of its grant leaves nothing alive`() async throws {
            let (server, app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let first = try await visitor.tokens(for: app, ["scope": "openid data.read"])
            let ends = await race(16) { number in
                if number == 7 {
                    return try await server.form("/oauth2/revoke", [("token", first.refresh)], client: app.client)
                }
                return try await server.refresh(first.refresh, of: app)
            }
            let answers = try ends.map { try $0.get() }
            #expect(answers[7].status == 200)
            let got = try answers.indices.filter { $0 != 7 && answers[$0].status == 200 }.map {
                try MadeTokens(answers[$0])
            }
            try await expectDead([first] + got, of: app, at: server)
        }

        @Test func `F3, J9: no grant of an app goes without the one way in which the app proves itself`() async throws {
            let (server, demo) = try RunningServer.current
            let (_, first, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let account = String(first.path.split(separator: "/")[3])
            let app = try await server.makeApp(
                in: account, ["token_endpoint_auth_method": "client_secret_basic"], as: demo.operatorKey)
            let stranger = try await server.makeApp(in: account, as: demo.operatorKey)
            let open = try await server.makeApp(
                in: account, ["token_endpoint_auth_method": "none"], as: demo.operatorKey)
            let tokens = try await visitor.tokens(for: app)
            let code = try await visitor.code(for: app)
            let secret = try #require(app.secret)
            let grants: [[(String, String)]] = [
                [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh)],
                [
                    ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", app.redirectURI),
                    ("code_verifier", ProofKey.verifier),
                ],
            ]
            for grant in grants {
                for (client, further): (DemoCredentials.Client?, [(String, String)]) in [
                    (nil, []), (nil, [("client_id", app.id)]),
                    (nil, [("client_id", app.id), ("client_secret", secret)]),
                    (nil, [("client_id", app.id), ("client_secret", "wrong")]),
                    (DemoCredentials.Client(id: app.id, secret: "wrong"), []),
                    (DemoCredentials.Client(id: app.id, secret: ""), []),
                    (DemoCredentials.Client(id: app.id, secret: try #require(stranger.secret)), []),
                    (DemoCredentials.Client(id: open.id, secret: ""), []),
                    (DemoCredentials.Client(id: open.id, secret: secret), []),
                ] {
                    let answer = try await server.form("/oauth2/token", grant + further, client: client)
                    #expect(answer.status == 401, "\(client?.id ?? "nobody") \(further): \(answer.text)")
                    #expect(try answer.json["error"] == "invalid_client")
                }
                for client in [demo.integration, demo.resourceServer] {
                    let answer = try await server.form("/oauth2/token", grant, client: client)
                    #expect((400...401).contains(answer.status))
                    #expect(try answer.json["access_token"] == nil)
                }
                let unproven = try await server.form("/oauth2/token", grant + [("client_id", open.id)])
                #expect(try unproven.json["error"] == "invalid_grant")
            }
            #expect(try await server.refresh(tokens.refresh, of: app).status == 200)
            #expect(try await server.exchange(code, of: app).status == 200)
        }

        @Test func `F4: neither a code nor a refresh token is good for more than was consented to`() async throws {
            let (server, demo) = try RunningServer.current
            let (_, app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            _ = try await server.make(
                "/api/v1/resource-servers", ["name": "F4", "audiences": ["https://f4.example.com"]],
                as: demo.operatorKey)
            let code = try await visitor.code(for: app)
            for resource in ["https://f4.example.com", "https://nobody.example.com"] {
                let answer = try await server.exchange(code, of: app, ["resource": resource])
                #expect(answer.status == 400)
                #expect(try answer.json["error"] == "invalid_target")
            }
            let first = try MadeTokens(try await server.exchange(code, of: app, ["scope": "data.read data.write"]))
            #expect(try await server.verify(first.access, scope: "data.read").status == 200)
            #expect(try await server.verify(first.access, scope: "data.write").status == 403)
            for scope in ["data.write", "data.read data.write", "openid data.read", "claviger:apps.manage", "x.y"] {
                let answer = try await server.refresh(first.refresh, of: app, [("scope", scope)])
                #expect(answer.status == 400)
                #expect(try answer.json["error"] == "invalid_scope", "\(scope)")
            }
            let elsewhere = try await server.refresh(first.refresh, of: app, [("resource", "https://f4.example.com")])
            #expect(try elsewhere.json["error"] == "invalid_target")
            let second = try MadeTokens(try await server.refresh(first.refresh, of: app))
            #expect(try await server.verify(second.access, scope: "data.read").status == 200)
        }

        @Test(arguments: ["sealed", "jwt"])
        func `F4: what an app asked for one backend is worth nothing at another, whatever scopes come with it`(
            _ format: String
        ) async throws {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("F4", as: demo.operatorKey)
            let app = try await server.makeApp(
                in: account, scopes: ["openid", "profile", "data.read", "claviger:api-keys.read"],
                ["token_format": .text(format)], as: demo.operatorKey)
            let member = try await server.makeMember(in: account, as: demo.operatorKey)
            let backend = "https://f4-\(format).example.com"
            let made = try await server.make(
                "/api/v1/resource-servers", ["name": "F4", "audiences": [.text(backend)]], as: demo.operatorKey)
            let client = DemoCredentials.Client(
                id: try made["client_id"].string, secret: try made["client_secret"].string)
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let first = try await visitor.tokens(
                for: app, ["scope": "openid profile data.read", "resource": backend])
            let second = try MadeTokens(try await server.refresh(first.refresh, of: app))
            for token in [first.access, second.access] {
                #expect(try await server.verify(token, scope: "data.read").status == 401)
                #expect(try await !server.isActive(token, for: demo.resourceServer))
                #expect(try await server.get("/api/v1/me", bearer: token).status == 401)
                #expect(try await server.isActive(token, for: client))
                #expect(try await server.get("/oauth2/userinfo", bearer: token).status == 200)
            }
            let refused = try await visitor.open(
                app.request(["scope": "data.read claviger:api-keys.read", "resource": backend]))
            #expect(refused.sent("error") == "invalid_target")
        }

        @Test func `F4: an app whose scopes were narrowed gets no more than it has now`() async throws {
            let (server, demo) = try RunningServer.current
            let (_, app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let first = try await visitor.tokens(for: app, ["scope": "data.read data.write"])
            let code = try await visitor.code(for: app, ["scope": "data.read data.write"])
            let edit = try await server.call(
                "PATCH", app.path, bearer: demo.operatorKey, ["scopes": ["openid", "data.read"]])
            #expect(edit.status == 200)
            let answers = [
                try await server.exchange(code, of: app), try await server.refresh(first.refresh, of: app),
            ]
            for answer in answers where answer.status == 200 {
                let tokens = try MadeTokens(answer)
                #expect(try await server.verify(tokens.access, scope: "data.read").status == 200)
                #expect(try await server.verify(tokens.access, scope: "data.write").status == 403)
            }
            #expect(try await server.verify(first.access, scope: "data.write").status != 200)
        }

        @Test func `F5: a token that comes back after its successor was used ends all that came from it`()
            async throws
        {
            let (server, app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let first = try await visitor.tokens(for: app, ["scope": "openid data.read"])
            let second = try MadeTokens(try await server.refresh(first.refresh, of: app))
            let third = try MadeTokens(try await server.refresh(second.refresh, of: app))
            for tokens in [first, second, third] {
                #expect(try await server.verify(tokens.access).status == 200)
                #expect(try await server.get("/oauth2/userinfo", bearer: tokens.access).status == 200)
            }
            let stolen = try await server.refresh(first.refresh, of: app)
            #expect(try stolen.json["error"] == "invalid_grant")
            try await expectDead([first, second, third], of: app, at: server)
            // The consent stands: the user need not be asked again, and what they begin anew is another lineage.
            let anew = try await visitor.tokens(for: app)
            #expect(try await server.verify(anew.access).status == 200)
        }

        @Test func `F6: a reply that was lost is given again, and is no theft`() async throws {
            let (server, app, member) = try await estate()
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let first = try await visitor.tokens(for: app)
            let reply = try await server.refresh(first.refresh, of: app)
            for _ in 0..<3 {
                let again = try await server.refresh(first.refresh, of: app)
                #expect(again.status == 200)
                #expect(again.text == reply.text)
            }
            let second = try MadeTokens(reply)
            #expect(try await server.refresh(second.refresh, of: app).status == 200)
        }
    }
}

/// Its window for repetitions is longer than a restart takes on a busy machine.
private let patient = """
    product:
      name: Patient
    scopes:
      data.read: { description: Read }
    policy:
      refresh_retry_seconds: 300
    """

/// On servers of their own, which are killed.
@Suite("Refresh tokens over a restart: F2", .serialized) struct RestartThreatTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `F2: a server that was killed forgets neither a rotation, nor a theft, nor a spent code`(
        _ engine: StoreUnderTest
    ) async throws {
        let database = try await ServerDatabase.make(on: engine, in: Folder())
        let server = try await ServerProcess(command: "demo", on: database, product: patient)
        defer { server.kill() }
        try await server.start()
        func restart() async throws {
            try await server.crash()
            try await server.start()
        }
        let key = try server.credentials().operatorKey
        let account = try await server.makeAccount("Restarted", as: key)
        let member = try await server.makeMember(in: account, as: key)
        let app = try await server.makeApp(in: account, scopes: ["openid"], as: key)
        var visitor = try await PageVisitor.signedIn(member, at: server)
        let scope: [String: String?] = ["scope": "openid"]
        func expectDead(_ all: [MadeTokens]) async throws {
            for tokens in all {
                #expect(try await server.get("/oauth2/userinfo", bearer: tokens.access).status == 401)
                let answer = try await server.refresh(tokens.refresh, of: app)
                #expect(answer.status == 400, "\(answer.text)")
                #expect(try answer.json["error"] == "invalid_grant")
            }
        }

        let first = try await visitor.tokens(for: app, scope)
        let reply = try await server.refresh(first.refresh, of: app)
        try await restart()
        // The lost reply, the very same one, from a process that never gave it.
        #expect(try await server.refresh(first.refresh, of: app).text == reply.text)
        let second = try MadeTokens(reply)
        let third = try MadeTokens(try await server.refresh(second.refresh, of: app))
        try await restart()
        #expect(try await server.get("/oauth2/userinfo", bearer: third.access).status == 200)
        #expect(try await server.refresh(first.refresh, of: app).status == 400)
        try await expectDead([first, second, third])
        try await restart()
        try await expectDead([first, second, third])

        let code = try await visitor.code(for: app, scope)
        let spent = try MadeTokens(try await server.exchange(code, of: app))
        let revoked = try await visitor.tokens(for: app, scope)
        let revocation = try await server.form("/oauth2/revoke", [("token", revoked.refresh)], client: app.client)
        #expect(revocation.status == 200)
        try await restart()
        try await expectDead([revoked])
        #expect(try await server.get("/oauth2/userinfo", bearer: spent.access).status == 200)
        #expect(try await server.exchange(code, of: app).status == 400)
        try await expectDead([spent])
    }
}

extension HTTPFront {
    /// That an access token is refused wherever it may be shown.
    func expectRefused(
        _ token: String, at backend: DemoCredentials.Client, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await verify(token).status == 401, sourceLocation: sourceLocation)
        #expect(try await !isActive(token, for: backend), sourceLocation: sourceLocation)
        #expect(try await get("/oauth2/userinfo", bearer: token).status == 401, sourceLocation: sourceLocation)
        #expect(try await get("/api/v1/me", bearer: token).status == 401, sourceLocation: sourceLocation)
    }
}
