import Foundation
import TestSupport
import Testing

/// Clients that we did not write, against the real server (`Tests/ForeignClients`). A visitor without a browser signs in and
/// approves for them; the browser has tests of its own.
@Suite("Clients of others", .onEveryEngine) struct ForeignClientTests {
    /// What Authlib meets: every way to authenticate, and every algorithm of ID tokens.
    static let apps = [
        ForeignApp(method: "client_secret_basic", algorithm: "ES256"),
        ForeignApp(method: "client_secret_post", algorithm: "EdDSA"),
        ForeignApp(method: "none", algorithm: "RS256"),
    ]

    @Test(arguments: apps)
    func `Authlib gets, reads, refreshes, inspects and revokes what a user grants`(_ app: ForeignApp) async throws {
        let client = try await app.run("authlib_client.py")
        let steps = ["code exchanged", "ID token valid", "userinfo read", "refreshed"]
        #expect(client.lines == steps + (app.method == "none" ? [] : ["introspected"]) + ["revoked"], "\(client.text)")
        #expect(client.status == 0)
    }

    @Test func `oauthlib gets and refreshes, and its theft is noticed`() async throws {
        let client = try await ForeignApp(method: "client_secret_basic", algorithm: "ES256").run(
            "oauthlib_client.py", scope: "data.read reports.read")
        #expect(client.lines == ["code exchanged", "used", "refreshed", "theft noticed"], "\(client.text)")
        #expect(client.status == 0)
    }

    @Test func `Apache lets in whom Claviger vouches for, and forgets them at both ends`() async throws {
        let client = try await ForeignApp(method: "client_secret_basic", algorithm: "RS256").run(
            "apache_relying_party.py", redirectURI: "http://127.0.0.1/protected/redirect")
        #expect(client.lines == ["sent to Claviger", "sent back", "let in", "signed out"], "\(client.text)")
        #expect(client.status == 0)
    }
}

/// An app as it is registered for a client of others.
struct ForeignApp: Sendable, CustomTestStringConvertible {
    let method: String
    let algorithm: String

    var testDescription: String { "\(method), \(algorithm)" }

    /// Registers the app with a server of its own, and runs the script as that app.
    func run(
        _ script: String, scope: String = "openid profile email organization data.read",
        redirectURI: String = "https://client.example/callback"
    ) async throws -> FinishedCommand {
        try await ServerProcess.withDemo { server, demo in
            let made = try await server.make(
                "/api/v1/organizations/\(demo.account)/apps",
                [
                    "name": "Foreign", "redirect_uris": [.text(redirectURI)],
                    "post_logout_redirect_uris": ["http://127.0.0.1/signed-out"],
                    "scopes": .list(scope.split(separator: " ").map { .text(String($0)) }),
                    "token_endpoint_auth_method": .text(method), "id_token_signed_response_alg": .text(algorithm),
                ], as: demo.operatorKey)
            let told: JSON = [
                "issuer": .text(demo.issuer), "email": .text(demo.adminEmail), "password": .text(demo.adminPassword),
                "client_id": made["client_id"], "client_secret": made["client_secret"], "method": .text(method),
                "algorithm": .text(algorithm), "redirect_uri": .text(redirectURI), "scope": .text(scope),
                "organization": .text(demo.account),
            ]
            let path = server.folder.path + "/told.json"
            try Data(told.bytes).write(to: URL(fileURLWithPath: path))
            return try await FinishedCommand.foreignClient(script, [path])
        }
    }
}
