import TestSupport
import Testing

/// What is said of a caller: all of it, and to nobody else.
@Suite("Answers about a caller", .server())
struct CallerAnswerTests {
    private static let names: Set<String> = [
        "x-auth-subject", "x-auth-client", "x-auth-credential", "x-auth-credential-type", "x-auth-account",
        "x-auth-organization", "x-auth-organization-path", "x-auth-contact", "x-auth-scopes",
    ]

    @Test func `every 200 of a gateway's question has all nine fields, empty where there is nothing`() async throws {
        let (server, demo) = try RunningServer.current
        let signed = try await server.makeIntegration(
            in: demo.account, ["token_format": "jwt"], as: demo.operatorKey)
        let user = try await tokenOfUser("ada", server, demo)
        for (credential, empty) in [
            (demo.apiKey, ["x-auth-client", "x-auth-contact"]),
            (try await server.token(demo.integration), ["x-auth-contact"]),
            (try await server.token(signed.client), ["x-auth-contact"]), (user, ["x-auth-contact"]),
        ] {
            for method in ["GET", "HEAD", "POST"] {
                for answer in try server.exchangeAtBothDoors(request(method, "/verify", bearer: credential)) {
                    #expect(answer.status == 200)
                    let told = answer.fields.map { (name: $0.name.lowercased(), value: $0.value) }
                        .filter { $0.name.hasPrefix("x-auth-") }
                    #expect(told.count == 9)
                    #expect(Set(told.map(\.name)) == Self.names)
                    #expect(Set(told.filter { $0.value.isEmpty }.map(\.name)) == Set(empty))
                }
            }
        }
    }

    @Test func `a refusal says nothing of who calls`() async throws {
        let (server, demo) = try RunningServer.current
        for (path, credential) in [("/verify", demo.apiKey + "x"), ("/verify?scope=data.write", demo.apiKey)] {
            for answer in try server.exchangeAtBothDoors(get(path, bearer: credential)) {
                #expect(answer.status != 200)
                let told = answer.fields.map { $0.name.lowercased() }.filter { $0.hasPrefix("x-auth-") }
                #expect(told.allSatisfy { $0 == "x-auth-reason" })
            }
        }
    }

    @Test func `no cache may keep an answer about a caller, whatever the answer is`() async throws {
        let (server, demo) = try RunningServer.current
        let user = try await tokenOfUser("eve", server, demo)
        let unknown = String(demo.apiKey.dropLast(3)) + "000"
        for (path, statuses) in [
            ("/verify", [200, 401]), ("/verify?scope=data.write", [200, 401, 403]), ("/verify?scope=%22", [400]),
            ("/oauth2/userinfo", [200, 401]), ("/api/v1/me", [200, 401, 403]),
            ("/api/v1/organizations/\(demo.account)/api-keys", [200, 401, 403]), ("/api/v1/nothing", [401, 404]),
            ("/sign-in", [200]), ("/account", [303]), ("/consent", [303, 404]), ("/sign-out", [200, 303]),
            ("/oauth2/authorize", [400]), ("/oauth2/logout", [200]), ("/readyz", [200]), ("/healthz", [200]),
            ("/.well-known/change-password", [303, 302, 307]), ("/nothing", [404]),
        ] {
            for credential in [nil, demo.operatorKey, demo.apiKey, user, unknown, "x"] {
                for answer in try server.exchangeAtBothDoors(get(path, bearer: credential)) {
                    #expect(answer["cache-control"] == "no-store", "\(path): \(answer)")
                    #expect(statuses.contains(answer.status), "\(path): \(answer.status)")
                }
            }
        }
        let form = "Content-Type: application/x-www-form-urlencoded\r\n"
        for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
            for client in [basic(demo.resourceServer), basic(demo.integration), "Authorization: Basic x\r\n", ""] {
                for body in ["token=\(demo.apiKey)", "token=x&client_address=y", "grant_type=client_credentials", "%"] {
                    for answer in try server.exchangeAtBothDoors(request("POST", path, form + client, body: body)) {
                        #expect(answer["cache-control"] == "no-store", "\(path): \(answer)")
                    }
                }
            }
            for answer in try server.exchangeAtBothDoors(get(path)) {
                #expect(answer.status == 405)
                #expect(answer["cache-control"] == "no-store")
            }
        }
    }

    @Test func `what is the same for everybody may be kept`() async throws {
        let (server, _) = try RunningServer.current
        for path in ["/oauth2/jwks", "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
            for answer in try server.exchangeAtBothDoors(get(path)) {
                #expect(answer["cache-control"]?.hasPrefix("public, max-age=") == true)
            }
        }
        #expect(try await server.get("/openapi.yaml").headers["cache-control"] == "no-cache")
    }

    private func tokenOfUser(
        _ name: String, _ server: ServerProcess, _ demo: DemoCredentials
    ) async throws -> String {
        let member = try await server.makeMember(name, in: demo.account, as: demo.operatorKey)
        let app = try await server.makeApp(in: demo.account, as: demo.operatorKey)
        var visitor = try await PageVisitor.signedIn(member, at: server)
        return try await visitor.tokens(for: app, ["scope": "openid data.read"]).access
    }
}
