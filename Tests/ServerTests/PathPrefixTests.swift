import Foundation
import TestSupport
import Testing

/// An issuer with a path, behind a real nginx that takes the path off as `docs/configuration.md` says.
@Suite("An issuer with a path", .onEveryEngine) struct PathPrefixTests {
    /// The host that clients see, and the issuer below it.
    private struct Scene {
        let host: Front
        let issuer: Front
        let demo: DemoCredentials
        let server: ServerProcess

        /// What is below the host, of a whole address.
        func path(_ url: String) throws -> String {
            guard url.hasPrefix(issuer.base + "/") else { throw ServerFailure("\(url) is not below the issuer") }
            return String(url.dropFirst(host.base.count))
        }
    }

    private func withScene(_ body: (Scene) async throws -> Void) async throws {
        let port = try FreePort.find()
        let host = Front(base: "http://127.0.0.1:\(port)", patient: true)
        let issuer = Front(base: host.base + "/auth", patient: true)
        try await ServerProcess.withDemo(arguments: ["--issuer", issuer.base]) { server, demo in
            let folder = try Folder()
            let proxy = try await StrippingProxy(at: port, before: server, in: folder)
            defer { proxy.end() }
            try await body(Scene(host: host, issuer: issuer, demo: demo, server: server))
        }
    }

    @Test func `metadata is where RFC 8414 and OpenID Discovery look for it, and names addresses that answer`()
        async throws
    {
        try await withScene { scene in
            for path in [
                "/.well-known/oauth-authorization-server/auth", "/.well-known/openid-configuration/auth",
                "/auth/.well-known/oauth-authorization-server", "/auth/.well-known/openid-configuration",
            ] {
                let metadata = try await scene.host.get(path)
                #expect(metadata.status == 200, "\(path)")
                let members = try metadata.json.members
                #expect(members["issuer"] == .text(scene.issuer.base), "\(path)")
                let named = try members.filter { $0.key.hasSuffix("_endpoint") || $0.key == "jwks_uri" }
                    .mapValues { try scene.path(try $0.string) }
                #expect(named.count == 7)
                for (name, path) in named {
                    let answer = try await scene.host.get(path)
                    #expect(answer.status != 404, "\(name)")
                }
            }
            // A proxy that leaves the path on is met at the well-known addresses, too.
            #expect(try await scene.server.get("/auth/.well-known/openid-configuration").status == 200)
        }
    }

    @Test func `the management API and its document lie below the issuer`() async throws {
        try await withScene { scene in
            let demo = scene.demo
            #expect(demo.issuer == scene.issuer.base)
            let document = try await scene.issuer.get("/openapi.json").json
            #expect(document["servers"][0]["url"] == .text(scene.issuer.base))
            #expect(try await scene.issuer.get("/openapi.yaml").text.contains("\n  - url: \(scene.issuer.base)\n"))
            let bodies: [(String, JSON)] = [
                ("/api/v1/accounts", ["name": "Acme"]),
                ("/api/v1/resource-servers", ["name": "Orders", "audiences": ["https://orders.example"]]),
                ("/api/v1/organizations", ["name": "North", "parent_id": .text(demo.account)]),
                (
                    "/api/v1/organizations/\(demo.account)/integrations",
                    ["label": "Sync", "scopes": ["data.read"]]
                ),
                (
                    "/api/v1/organizations/\(demo.account)/api-keys",
                    ["name": "Office", "scopes": ["data.read"]]
                ),
                (
                    "/api/v1/organizations/\(demo.account)/members",
                    ["email": "bea@acme.example", "name": "Bea", "roles": ["admin"]]
                ),
                (
                    "/api/v1/organizations/\(demo.account)/apps",
                    [
                        "name": "Planner", "redirect_uris": ["https://planner.example/back"],
                        "scopes": ["data.read"],
                    ]
                ),
            ]
            for (path, body) in bodies {
                let made = try await scene.issuer.call("POST", path, bearer: demo.operatorKey, body)
                #expect(made.status == 201, "\(path): \(made.text)")
                let location = try #require(made.headers["location"])
                #expect(location.hasPrefix("/auth\(path)/"), "\(location)")
                #expect(try await scene.host.get(location, bearer: demo.operatorKey).status == 200, "\(location)")
            }
        }
    }

    @Test func `an app's user is led from the request to the code by addresses below the issuer alone`() async throws {
        try await withScene { scene in
            let (host, demo) = (scene.host, scene.demo)
            let metadata = try await host.get("/auth/.well-known/openid-configuration").json
            let authorize = try scene.path(try metadata["authorization_endpoint"].string)
            let app = MadeApp(
                id: demo.app.id, secret: demo.app.secret, redirectURI: demo.appRedirectURI, path: "")
            var visitor = PageVisitor(host)
            let led = try await visitor.open(authorize + "?" + app.query(["scope": "openid profile"]))
            #expect(led.status == 303)
            let signIn = try await visitor.open(try #require(led.headers["location"]))
            try await expectLinksBelow(signIn, scene)
            let sent = try await visitor.send(
                signIn, to: try signIn.action("/sign-in"),
                [("email", demo.adminEmail), ("password", demo.adminPassword)])
            #expect(sent.status == 303, "\(sent.text)")
            #expect(sent.headers["set-cookie"]?.contains("; Path=/auth; ") == true)
            let consent = try await visitor.open(try #require(sent.headers["location"]))
            try await expectLinksBelow(consent, scene)
            var fields = consent.hiddenFields
            if consent.hidden("organization") == nil { fields.append(("organization", demo.account)) }
            let back = try await visitor.post(
                try consent.action("/consent"), fields + [("decision", "approve")])
            #expect(back.headers["location"]?.hasPrefix(demo.appRedirectURI) == true, "\(back.text)")
            #expect(back.sent("iss") == scene.issuer.base)

            let token = try scene.path(try metadata["token_endpoint"].string)
            let tokens = try MadeTokens(
                try await host.form(
                    token,
                    [
                        ("grant_type", "authorization_code"), ("code", try #require(back.sent("code"))),
                        ("redirect_uri", demo.appRedirectURI), ("code_verifier", ProofKey.verifier),
                    ], client: demo.app))
            let user = try await host.get(
                try scene.path(try metadata["userinfo_endpoint"].string), bearer: tokens.access)
            #expect(user.status == 200)
            let introspected = try await host.form(
                try scene.path(try metadata["introspection_endpoint"].string), [("token", tokens.access)],
                client: demo.resourceServer)
            #expect(try introspected.json["active"] == .bool(true))
            #expect(try introspected.json["iss"] == .text(scene.issuer.base))

            for path in [
                "/auth/account", "/auth/account/apps", "/auth/account/password", "/auth/account/second-factor",
            ] {
                let page = try await visitor.open(path)
                #expect(page.status == 200, "\(path)")
                try await expectLinksBelow(page, scene)
            }
            let home = try #require(try await visitor.open("/auth/").headers["location"])
            #expect(home.hasPrefix("/auth/o/org_"))
            try await expectLinksBelow(try await visitor.open(home), scene)
            #expect(
                try await visitor.open("/auth/.well-known/change-password").headers["location"]
                    == "/auth/account/password")
            let end = try scene.path(try metadata["end_session_endpoint"].string)
            try await expectLinksBelow(try await visitor.open(end), scene)
        }
    }

    @Test func `links of invitations, resets and hand-overs lead below the issuer`() async throws {
        try await withScene { scene in
            let (demo, issuer) = (scene.demo, scene.issuer)
            let members = "/api/v1/organizations/\(demo.account)/members"
            let made = try await issuer.call(
                "POST", members, bearer: demo.operatorKey,
                ["email": "bea@acme.example", "name": "Bea", "roles": ["admin"]])
            let member = "\(members)/\(try made.json["id"].string)"
            for kind in ["invitation", "password-reset"] {
                let sent = try await issuer.call("POST", "\(member)/\(kind)", bearer: demo.operatorKey)
                var visitor = PageVisitor(scene.host)
                let page = try await visitor.open(try scene.path(try sent.json["link"].string))
                #expect(page.status == 200, "\(kind): \(sent.text)")
                try await expectLinksBelow(page, scene)
            }
        }
    }

    /// Every link, form, picture and stylesheet of a page of ours is below the issuer's path, and the stylesheet is there.
    private func expectLinksBelow(_ page: Answer, _ scene: Scene) async throws {
        let addresses = page.text.matches(of: /(?:href|action|src)="(\/[^"]*)"/).map { String($0.1) }
        #expect(!addresses.isEmpty)
        #expect(addresses.filter { !$0.hasPrefix("/auth/") } == [])
        let stylesheet = try #require(addresses.first { $0.hasSuffix(".css") })
        #expect(try await scene.host.get(stylesheet).status == 200)
    }
}

extension Answer {
    /// Where the form leads whose address ends so.
    fileprivate func action(_ end: String) throws -> String {
        let actions = text.matches(of: /action="([^"]*)"/).map { String($0.1) }
        return try #require(actions.first { $0.hasSuffix(end) })
    }
}

/// A real nginx with the rules that `docs/configuration.md` gives for the path `/auth`.
private struct StrippingProxy {
    private let process: BackgroundProcess

    init(at port: Int, before server: ServerProcess, in folder: Folder) async throws {
        let text = try String(contentsOf: Self.document, encoding: .utf8)
        let section =
            /## A path in the issuer.*?# In http \{ \}:\n(.*?)# In server \{ \}:\n(.*?)```/.dotMatchesNewlines()
        let found = try #require(text.firstMatch(of: section))
        let upstream = found.1.replacing("127.0.0.1:8080", with: "127.0.0.1:\(server.port)")
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { name in
            "\(name)_temp_path \(folder.path)/\(name);"
        }
        let configuration = """
            daemon off;
            worker_processes 1;
            pid \(folder.path)/nginx.pid;
            events {}
            http {
                access_log off;
                \(temporary.joined(separator: "\n    "))
                \(upstream)
                server {
                    listen 127.0.0.1:\(port);
                    location = /alive { return 200; }
                    \(found.2)
                }
            }
            """
        try configuration.write(toFile: folder.path + "/nginx.conf", atomically: true, encoding: .utf8)
        process = try await BackgroundProcess(
            "/usr/sbin/nginx", ["-p", folder.path, "-c", folder.path + "/nginx.conf", "-e", folder.path + "/error.log"])
        let front = Front(base: "http://127.0.0.1:\(port)")
        if try await eventually({ (try? await front.get("/alive"))?.status == 200 }) { return }
        throw ServerFailure("nginx does not answer")
    }

    func end() { process.signal(SIGTERM) }

    private static var document: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/configuration.md")
    }
}
