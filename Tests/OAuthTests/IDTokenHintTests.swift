import CredentialFormat
import Model
import OAuth
import Persistence
import Policy
import TestSupport
import Testing
import Tokens

@Suite("The user whom an app expects (OpenID Connect Core §3.1.2.1, id_token_hint)", .onEveryEngine)
struct IDTokenHintTests {
    private struct Scene {
        let desk: SampleDesk
        let app: SampleApp
        let ada: SignedInMember
        let bea: SignedInMember

        /// An ID token of the app, or what looks like one.
        func hint(
            for user: ID<Member>, app: ID<App>? = nil, by issuer: String = SampleDesk.issuer
        ) throws -> String {
            try IDTokenIssuer(keyRing: desk.tree.keys, issuer: issuer).text(
                of: IDToken(
                    subject: user, audience: app ?? self.app.app.id, authenticatedAt: desk.now, nonce: nil,
                    claims: UserClaims(of: try #require(member), in: desk.tree.europe, scopes: .empty),
                    issuedAt: desk.now), signedBy: .es256, accessToken: nil)
        }

        let member: Member?

        func request(_ hint: String, _ changes: [String: String?] = [:]) -> String {
            desk.request(of: app, changes.merging(["id_token_hint": hint]) { $1 })
        }
    }

    private func play(_ use: (Scene) async throws -> Void) async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let ada = try await desk.signedIn(in: desk.tree.europe)
            let bea = try await desk.signedIn(in: desk.tree.europe, email: "bea@example.com")
            let id = ada.id
            let member = try await desk.tree.store.read { tx in try tx.member(id) }
            try await use(Scene(desk: desk, app: app, ada: ada, bea: bea, member: member))
        }
    }

    @Test func `is answered by that user alone, long after the token expired too`() async throws {
        try await play { scene in
            let desk = scene.desk
            let hint = try scene.hint(for: scene.ada.id)
            _ = try await desk.code(for: scene.app, in: desk.tree.europe, as: scene.ada)
            _ = try await desk.code(for: scene.app, in: desk.tree.europe, as: scene.bea)
            desk.tree.clock.advance(seconds: 30 * 86_400)
            for changes in [[:], ["prompt": "none"]] {
                let answer = try await desk.authorize(scene.request(hint, changes), as: scene.ada)
                #expect(answer.response?["code"] != nil)
            }
        }
    }

    @Test func `somebody else is as nobody: has to sign in, and may neither approve nor deny`() async throws {
        try await play { scene in
            let desk = scene.desk
            let hint = try scene.hint(for: scene.ada.id)
            _ = try await desk.code(for: scene.app, in: desk.tree.europe, as: scene.bea)
            for user in [scene.bea, nil] {
                let outcome = try await desk.authorize(scene.request(hint), as: user)
                #expect(outcome.awaitingSignIn != nil)
                let silent = try await desk.authorize(scene.request(hint, ["prompt": "none"]), as: user)
                #expect(silent.error == "login_required")
            }
            let approved = try await desk.approve(scene.request(hint), in: desk.tree.europe, as: scene.bea)
            #expect(approved.awaitingSignIn != nil)
            let denied = try await desk.authorization.deny(scene.request(hint), as: scene.bea, at: desk.now)
            #expect(denied.awaitingSignIn != nil)
        }
    }

    @Test(arguments: [[:], ["prompt": "login"], ["max_age": "0"], ["prompt": "select_account consent"]])
    func `after the sign-in it is that user, or the app hears login_required: no tokens, and no loop`(
        _ changes: [String: String?]
    ) async throws {
        try await play { scene in
            let desk = scene.desk
            let hint = try scene.hint(for: scene.ada.id)
            let query = scene.request(hint, changes)
            let request = try #require(try await desk.authorize(query, as: scene.bea).awaitingSignIn)
            // As long as nobody is there it is the same question, for the page of the sign-in.
            let shown = try #require(try await desk.authorize(request.continuation, as: nil).awaitingSignIn)
            #expect(shown.continuation == request.continuation)
            desk.tree.clock.advance(seconds: 5)
            let other = try await desk.authorize(request.continuation, as: scene.bea)
            #expect(other.error == "login_required")
            let approved = try await desk.approve(request.continuation, in: desk.tree.europe, as: scene.bea)
            #expect(approved.error == "login_required")
            #expect(try await desk.authorize(request.continuation, as: scene.ada).question != nil)
        }
    }

    @Test func `what is no ID token of the app is a mistake of the app`() async throws {
        try await play { scene in
            let desk = scene.desk
            let hint = try scene.hint(for: scene.ada.id)
            let other = try await desk.app(in: desk.tree.europe)
            let tokens = try await desk.consented(to: scene.app, in: desk.tree.europe, as: scene.ada)
            for text in [
                "x", hint + "x", String(hint.dropLast(8)), tokens.accessToken, tokens.refreshToken,
                try scene.hint(for: scene.ada.id, app: other.app.id),
                try scene.hint(for: scene.ada.id, by: "https://auth.evil.example"),
            ] {
                for user in [scene.ada, scene.bea, nil] {
                    let outcome = try await desk.authorize(scene.request(text), as: user)
                    #expect(outcome.error == "invalid_request")
                }
            }
            let twice = scene.request(hint) + "&id_token_hint=x"
            #expect(try await desk.authorize(twice, as: scene.ada).error == "invalid_request")
            #expect(try await desk.authorize(scene.request(""), as: scene.ada).response?["code"] != nil)
        }
    }
}
