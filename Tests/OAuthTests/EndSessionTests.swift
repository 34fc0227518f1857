import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Policy
import TestSupport
import Testing
import Tokens

@Suite("Sign-out for an app (OpenID Connect RP-Initiated Logout)", .onEveryEngine)
struct EndSessionTests {
    private static let home = "https://client.example/bye"
    private static let homeWithQuery = "https://client.example/bye?from=claviger"

    /// An app, its user, and an ID token that the app got for that user.
    private struct Scene {
        let desk: SampleDesk
        let app: App
        let member: Member
        let hint: String

        func expect(
            _ expected: EndSession.Outcome, of parameters: [(String, String)], signedIn member: ID<Member>?,
            at location: SourceLocation = #_sourceLocation
        ) async throws {
            let outcome = try await outcome(parameters, signedIn: member)
            #expect(outcome == expected, "\(parameters)", sourceLocation: location)
        }

        func outcome(
            _ parameters: [(String, String)], signedIn member: ID<Member>?
        ) async throws -> EndSession.Outcome {
            let body = parameters.map { "\(Front.encoded($0))=\(Front.encoded($1))" }.joined(separator: "&")
            let request = try EndSessionRequest(form: Form(parsing: Array(body.utf8)))
            return try await EndSession(store: desk.store, keyRing: desk.tree.keys, issuer: SampleDesk.issuer)
                .outcome(of: request, signedIn: member)
        }

        /// Has the app these addresses, which no registration of today would take.
        func register(_ uris: [String]) async throws {
            let changed = App(
                id: app.id, organization: app.organization, name: app.name, availability: app.availability,
                authentication: app.authentication, redirectURIs: app.redirectURIs,
                signedOutURIs: try uris.map { try RedirectURI(parsing: $0) }, scopes: app.scopes, links: app.links,
                accessTokenSeconds: nil, refreshTokenSeconds: nil, tokenFormat: app.tokenFormat,
                idTokenAlgorithm: app.idTokenAlgorithm, createdAt: app.createdAt, createdBy: app.createdBy)
            try await desk.tree.store.write { tx in try tx.update(changed) }
        }

        func hint(for member: ID<Member>, by issuer: String = SampleDesk.issuer) throws -> String {
            let claims = UserClaims(of: self.member, in: desk.tree.global, scopes: .empty)
            return try IDTokenIssuer(keyRing: desk.tree.keys, issuer: issuer).text(
                of: IDToken(
                    subject: member, audience: app.id, authenticatedAt: desk.now, nonce: nil, claims: claims,
                    issuedAt: desk.now), signedBy: .es256, accessToken: nil)
        }
    }

    private static func play(_ use: (Scene) async throws -> Void) async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.tree.app(
                .sample { $0.postLogoutRedirectURIs = [Self.home, Self.homeWithQuery] }, in: desk.tree.europe
            ).app
            let member = try await desk.tree.member(in: desk.tree.global, roles: [])
            let scene = Scene(desk: desk, app: app, member: member, hint: "")
            try await use(
                Scene(desk: desk, app: app, member: member, hint: try scene.hint(for: member.id)))
        }
    }

    @Test func `an ID token for the very user ends the session without a question, long after it expired too`()
        async throws
    {
        try await Self.play { scene in
            let (user, hint) = (scene.member.id, ("id_token_hint", scene.hint))
            let home = ("post_logout_redirect_uri", Self.home)
            try await scene.expect(.end(returningTo: nil), of: [hint], signedIn: user)
            try await scene.expect(.end(returningTo: Self.home), of: [hint, home], signedIn: user)
            let named = [hint, home, ("client_id", scene.app.id.description)]
            scene.desk.tree.clock.advance(seconds: 30 * 86_400)
            try await scene.expect(.end(returningTo: Self.home), of: named, signedIn: user)
        }
    }

    @Test func `who shows none, one of another user or one that is not ours is asked`() async throws {
        try await Self.play { scene in
            let user = scene.member.id
            let home = ("post_logout_redirect_uri", Self.home)
            let named = ("client_id", scene.app.id.description)
            try await scene.expect(.confirm(returningTo: nil), of: [], signedIn: user)
            try await scene.expect(.confirm(returningTo: nil), of: [home], signedIn: user)
            try await scene.expect(.confirm(returningTo: Self.home), of: [named, home], signedIn: user)
            let others = try scene.hint(for: ID(at: 9))
            let again = try await scene.outcome([("id_token_hint", others), home], signedIn: user)
            #expect(again == .confirm(returningTo: Self.home))
            let foreign = try scene.hint(for: user, by: "https://auth.evil.example")
            let key = try #require(scene.hint.split(separator: ".").first)
            let access = try scene.desk.tokenIssuer.text(
                of: AccessToken(
                    id: ID(at: 1), holder: .app(scene.app.id, lineage: ID(at: 1)), account: ID(at: 1),
                    organization: ID(at: 1), subject: user.description, scopes: .empty, audiences: ["a"],
                    issuedAt: scene.desk.now, expiresAt: scene.desk.now.adding(seconds: 60)), as: .jwt)
            for hint in ["x", foreign, access, "\(key)..", scene.hint + "x"] {
                let parameters = [("id_token_hint", hint), home]
                try await scene.expect(.confirm(returningTo: nil), of: parameters, signedIn: user)
            }
        }
    }

    @Test func `an ID token of another app than the one named is worth nothing`() async throws {
        try await Self.play { scene in
            let other = try await scene.desk.tree.app(
                .sample { $0.postLogoutRedirectURIs = [Self.home] }, in: scene.desk.tree.europe
            ).app
            for client in [other.id.description, "nonsense", ID<Integration>(at: 1).description] {
                let parameters = [
                    ("id_token_hint", scene.hint), ("client_id", client), ("post_logout_redirect_uri", Self.home),
                ]
                let outcome = try await scene.outcome(parameters, signedIn: scene.member.id)
                #expect(outcome == .confirm(returningTo: nil))
            }
        }
    }

    @Test(
        "R10: the browser is sent nowhere that the app has not registered",
        arguments: [
            "https://evil.example", "https://client.example/", "https://client.example/bye/",
            "https://client.example/bye?x=1", "https://client.example/bye#x", "HTTPS://client.example/bye",
            "https://client.example/bye%2F", "https://client.example:443/bye", "//client.example/bye", "/account",
            "javascript:alert(1)", "https://client.example/callback", "https://client.example@evil.example/bye",
            "https://client.example/bye\r\nX: y",
        ])
    func unregistered(_ uri: String) async throws {
        try await Self.play { scene in
            let parameters = [("id_token_hint", scene.hint), ("post_logout_redirect_uri", uri), ("state", "s")]
            let (user, nobody) = (scene.member.id, ID<Member>?.none)
            try await scene.expect(.end(returningTo: nil), of: parameters, signedIn: user)
            try await scene.expect(.end(returningTo: nil), of: parameters, signedIn: nobody)
        }
    }

    @Test func `state comes back as it was, and cannot add anything of its own`() async throws {
        try await Self.play { scene in
            func destination(_ uri: String, _ state: String) async throws -> EndSession.Outcome {
                try await scene.outcome(
                    [("id_token_hint", scene.hint), ("post_logout_redirect_uri", uri), ("state", state)],
                    signedIn: scene.member.id)
            }
            let plain = try await destination(Self.home, "af0ifjsldkj")
            #expect(plain == .end(returningTo: Self.home + "?state=af0ifjsldkj"))
            let second = try await destination(Self.homeWithQuery, "a b&c=d\r\n#é")
            #expect(second == .end(returningTo: Self.homeWithQuery + "&state=a%20b%26c%3Dd%0D%0A%23%C3%A9"))
            await #expect(throws: OAuthError.self) {
                try await destination(Self.home, String(repeating: "s", count: 2001))
            }
        }
    }

    @Test(
        "R7: a registered address that has a state of its own is not gone to",
        arguments: ["?state=x", "?a=b&STATE", "?%73tate=x", "?a;state=x"])
    func ownState(_ query: String) async throws {
        try await Self.play { scene in
            let uri = Self.home + query
            try await scene.register([uri, Self.home])
            let parameters = [("id_token_hint", scene.hint), ("state", "s")]
            let user = scene.member.id
            try await scene.expect(
                .end(returningTo: nil), of: parameters + [("post_logout_redirect_uri", uri)], signedIn: user)
            try await scene.expect(
                .end(returningTo: Self.home + "?state=s"), of: parameters + [("post_logout_redirect_uri", Self.home)],
                signedIn: user)
        }
    }

    @Test func `where nobody is signed in there is nothing to ask`() async throws {
        try await Self.play { scene in
            let home = ("post_logout_redirect_uri", Self.home)
            try await scene.expect(.end(returningTo: nil), of: [], signedIn: nil)
            let outcome = try await scene.outcome([("id_token_hint", scene.hint), home], signedIn: nil)
            #expect(outcome == .end(returningTo: Self.home))
        }
    }

    @Test func `an app that was deleted leads nowhere`() async throws {
        try await Self.play { scene in
            let tree = scene.desk.tree
            let app = scene.app.id
            try await tree.store.write { tx in
                try tree.apps.delete(app, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
            }
            let parameters = [("id_token_hint", scene.hint), ("post_logout_redirect_uri", Self.home)]
            try await scene.expect(.end(returningTo: nil), of: parameters, signedIn: scene.member.id)
        }
    }
}
