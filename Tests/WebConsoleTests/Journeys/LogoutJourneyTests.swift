import TestSupport
import Testing

/// OpenID Connect RP-Initiated Logout.
@Suite("A user whom an app sends to sign out", .server(), .serialized)
struct LogoutJourneyTests {
    private static let target = "https://client.example/signed-out"

    /// An app, a user of it who is signed in, and the ID token that the app has of them.
    private struct Scene {
        let app: String
        var visitor: PageVisitor
        let idToken: String

        func address(_ parameters: [(String, String)]) -> String {
            "/oauth2/logout?" + parameters.map { "\($0)=\(ServerProcess.encoded($1))" }.joined(separator: "&")
        }
    }

    private func scene(_ name: String) async throws -> Scene {
        let (server, demo) = try RunningServer.current
        let somebody = try await Somebody.joined(name)
        let made = try await server.make(
            "/api/v1/organizations/\(demo.account)/apps",
            [
                "name": "Leaving", "redirect_uris": ["https://client.example/callback"],
                "post_logout_redirect_uris": [.text(Self.target)], "scopes": ["openid"],
            ], as: demo.operatorKey)
        let app = DemoCredentials.Client(
            id: try made["client_id"].string, secret: try made["client_secret"].string)
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let page = try await visitor.open(
            "/oauth2/authorize?response_type=code&client_id=\(app.id)&scope=openid"
                + "&redirect_uri=https%3A%2F%2Fclient.example%2Fcallback"
                + "&code_challenge=\(ProofKey.challenge)&code_challenge_method=S256")
        let organization = try #require(
            page.text.firstMatch(of: /name="organization" value="(org_[0-9A-Za-z]+)"/).map { String($0.1) })
        let location = try #require(
            try await visitor.fill(page, "/consent", [("organization", organization), ("decision", "approve")]).location
        )
        let code = try #require(location.firstMatch(of: /[?&]code=([^&]+)/).map { String($0.1) })
        let tokens = try await server.form(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", code),
                ("redirect_uri", "https://client.example/callback"),
                ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            ], client: app)
        return Scene(app: app.id, visitor: visitor, idToken: try tokens.json["id_token"].string)
    }

    @Test func `is signed out at once by who shows the user's ID token, and sent back`() async throws {
        var scene = try await scene("Ada")
        let answer = try await scene.visitor.open(
            scene.address([
                ("id_token_hint", scene.idToken), ("post_logout_redirect_uri", Self.target), ("state", "a b"),
            ]))
        #expect(answer.location == "\(Self.target)?state=a%20b")
        #expect(try await scene.visitor.account() == nil)
    }

    @Test func `is asked first by who shows none`() async throws {
        var scene = try await scene("Bea")
        let page = try await scene.visitor.open("/oauth2/logout")
        #expect(page.text.contains("Sign out?"))
        #expect(try await scene.visitor.account() != nil)
        let bare = try await scene.visitor.post("/oauth2/logout/confirm", [("request", "")])
        #expect(bare.status == 403)
        #expect(try await scene.visitor.account() != nil)
        let left = try await scene.visitor.fill(page, "/oauth2/logout/confirm")
        #expect(left.text.contains("You’re signed out"))
        #expect(try await scene.visitor.account() == nil)
    }

    @Test func `is asked first by who shows somebody else's, and sent back after the answer`() async throws {
        var scene = try await scene("Cem")
        let other = try await self.scene("Dan")
        let address = scene.address([
            ("id_token_hint", other.idToken), ("post_logout_redirect_uri", Self.target), ("client_id", other.app),
        ])
        let page = try await scene.visitor.open(address)
        #expect(page.text.contains("Sign out?"))
        #expect(page.headers["content-security-policy"]?.contains("form-action 'self' https://client.example;") == true)
        #expect(try await scene.visitor.fill(page, "/oauth2/logout/confirm").location == Self.target)
        #expect(try await scene.visitor.account() == nil)
    }

    @Test func `is sent nowhere that the app has not registered`() async throws {
        var scene = try await scene("Eve")
        let answer = try await scene.visitor.open(
            scene.address([
                ("id_token_hint", scene.idToken), ("post_logout_redirect_uri", "https://evil.example/"),
            ]))
        #expect(answer.status == 200)
        #expect(answer.text.contains("You’re signed out"))
        #expect(!answer.text.contains("evil.example"))
    }

    @Test func `may be sent by POST, and is led to the same`() async throws {
        var scene = try await scene("Fay")
        let answer = try await scene.visitor.post(
            "/oauth2/logout", [("id_token_hint", scene.idToken), ("post_logout_redirect_uri", Self.target)],
            headers: [("Origin", "https://client.example"), ("Sec-Fetch-Site", "cross-site")])
        let location = try #require(answer.location)
        #expect(location.hasPrefix("/oauth2/logout?id%5Ftoken%5Fhint="))
        #expect(try await scene.visitor.open(location).location == Self.target)
        #expect(try await scene.visitor.account() == nil)
    }
}
