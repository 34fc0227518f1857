import TestSupport
import Testing

@Suite("What apps in browsers may read (Fetch, CORS protocol)", .server(on: [.sqlite]))
struct CrossOriginTests {
    private static let origin = ("Origin", "https://spa.example")
    private static let form = ("Content-Type", "application/x-www-form-urlencoded")

    /// Path, method, and the methods that a preflight is told of.
    private static let shared = [
        ("/oauth2/token", "POST", "POST"), ("/oauth2/revoke", "POST", "POST"),
        ("/oauth2/userinfo", "GET", "GET, HEAD, POST"), ("/oauth2/userinfo", "POST", "GET, HEAD, POST"),
        ("/oauth2/jwks", "GET", "GET, HEAD"), ("/.well-known/oauth-authorization-server", "GET", "GET, HEAD"),
        ("/.well-known/openid-configuration", "GET", "GET, HEAD"),
    ]

    @Test(arguments: shared)
    func `they read these replies, refusals too, from any origin and without cookies`(
        _ path: String, _ method: String, _ methods: String
    ) async throws {
        let (server, _) = try RunningServer.current
        let preflight = try await server.send(
            "OPTIONS", path,
            headers: [
                Self.origin, ("Access-Control-Request-Method", method),
                ("Access-Control-Request-Headers", "authorization"),
            ])
        #expect(preflight.status == 200)
        #expect(preflight.headers["access-control-allow-origin"] == "*")
        #expect(preflight.headers["access-control-allow-methods"] == methods)
        #expect(preflight.headers["access-control-allow-headers"] == "Authorization, Content-Type")
        #expect(preflight.headers["access-control-max-age"] == "7200")
        #expect(preflight.headers["x-request-id"] != nil)
        #expect(preflight.body.isEmpty)
        var answers = [try await server.send(method, path, headers: [Self.origin])]
        answers.append(try await server.send("DELETE", path, headers: [Self.origin]))
        #expect(answers[1].status == 405)
        if method == "POST" {
            let large = Array(repeating: UInt8(ascii: "a"), count: 65_537)
            answers.append(try await server.send(method, path, headers: [Self.origin, Self.form], body: large))
            #expect(answers[2].status == 413)
        }
        for answer in answers + [preflight] {
            #expect(answer.headers["access-control-allow-origin"] == "*", "\(answer.status)")
            #expect(answer.headers["access-control-allow-credentials"] == nil)
        }
    }

    @Test func `a public app gets its tokens there`() async throws {
        let (server, demo) = try RunningServer.current
        let app = try await server.makeApp(
            in: demo.account, ["token_endpoint_auth_method": "none"], as: demo.operatorKey)
        let answer = try await server.token(
            [("grant_type", "refresh_token"), ("refresh_token", "x")], of: app, headers: [Self.origin])
        #expect(try answer.json["error"] == "invalid_grant")
        #expect(answer.headers["access-control-allow-origin"] == "*")
        let given = try await server.form(
            "/oauth2/token", [("grant_type", "client_credentials")], client: demo.integration, headers: [Self.origin])
        #expect(given.status == 200)
        #expect(given.headers["access-control-allow-origin"] == "*")
        // The database was asked for it, at the ordinary door.
        let revoked = try await server.form(
            "/oauth2/revoke", [("token", try given.json["access_token"].string)], client: demo.integration,
            headers: [Self.origin])
        #expect(revoked.status == 200)
        #expect(revoked.headers["access-control-allow-origin"] == "*")
    }

    @Test func `without an origin nothing is said of it, but in what caches keep`() async throws {
        let (server, _) = try RunningServer.current
        for (path, method, _) in Self.shared {
            let answer = try await server.send(method, path)
            let isKept = answer.headers["cache-control"]?.hasPrefix("public") == true
            #expect(answer.headers["access-control-allow-origin"] == (isKept ? "*" : nil), "\(path)")
            #expect(try await server.send("OPTIONS", path).status == 405)
        }
    }

    @Test(arguments: [
        "/oauth2/authorize", "/oauth2/logout", "/oauth2/introspect", "/verify", "/api/v1/me", "/api/v1/product",
        "/sign-in", "/account", "/consent", "/healthz", "/readyz", "/nothing",
    ])
    func `nothing else is theirs to read`(_ path: String) async throws {
        let (server, demo) = try RunningServer.current
        for method in ["OPTIONS", "GET", "POST", "DELETE"] {
            let answer = try await server.send(
                method, path,
                headers: [
                    Self.origin, ("Access-Control-Request-Method", "POST"),
                    ("Authorization", "Bearer \(demo.operatorKey)"),
                ])
            #expect(answer.headers.keys.allSatisfy { !$0.hasPrefix("access-control-") }, "\(method)")
        }
    }
}
