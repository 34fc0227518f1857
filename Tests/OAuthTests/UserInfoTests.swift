import CredentialFormat
import Credentials
import Model
import OAuth
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Tokens
import Verification

@Suite("Userinfo (OpenID Connect Core §5.3)", .onEveryEngine)
struct UserInfoTests {
    /// An app of Europe that acts for Ada of Global in France, with these scopes.
    private static func tell(
        _ scopes: [String],
        _ use: (SampleDesk, App, Member, Grant, String) async throws -> Void
    ) async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.tree.app(
                .sample { $0.scopes = ["openid", "profile", "email", "organization", "data.read"] },
                in: desk.tree.europe
            ).app
            let member = try await desk.tree.member(in: desk.tree.global, roles: [])
            let grant = try await desk.tree.grant(scopes, to: app, by: member, in: desk.tree.france)
            try await use(desk, app, member, grant, try await desk.token(by: grant, of: app))
        }
    }

    private static func answer(_ text: String, _ desk: SampleDesk) async throws -> UserInfoEndpoint.Answer {
        try await UserInfoEndpoint(verifier: desk.verifier, store: desk.store).answer(text, from: nil, at: desk.now)
    }

    private static func rule(_ text: String, _ desk: SampleDesk) async throws -> Verdict.Rule? {
        if case .refused(let rule) = try await answer(text, desk) { rule } else { nil }
    }

    @Test(arguments: [
        (["openid"], false, false, false), (["openid", "profile"], true, false, false),
        (["email", "openid"], false, true, false), (["openid", "organization"], false, false, true),
        (["openid", "profile", "email", "organization", "data.read"], true, true, true),
    ])
    func `an app is told what its scopes allow, and no more`(
        _ scopes: [String], name: Bool, email: Bool, organization: Bool
    ) async throws {
        try await Self.tell(scopes) { desk, _, member, _, token in
            guard case .user(let user, let claims) = try await Self.answer(token, desk) else {
                Issue.record("refused")
                return
            }
            #expect(user == member.id)
            #expect(claims.name == (name ? "Ada" : nil))
            #expect(claims.username == (name ? "ada@example.com" : nil))
            #expect(claims.email == (email ? "ada@example.com" : nil))
            #expect(claims.organization?.id == (organization ? desk.tree.france.id : nil), "the one that was chosen")
            #expect(claims.organization?.name == (organization ? "France" : nil))
            #expect(claims.organization?.account == (organization ? desk.tree.global.id : nil))
        }
    }

    @Test func `it does not matter for which backend the token is`() async throws {
        try await Self.tell(["openid"]) { desk, app, member, _, token in
            let seal = AccessTokenSeal(brand: desk.tree.product.brand, issuer: SampleDesk.issuer)
            let opened = try #require(seal.open(Array(token.utf8), with: desk.tree.keys.keys))
            let elsewhere = AccessToken(
                id: opened.id, holder: opened.holder, account: opened.account, organization: opened.organization,
                subject: opened.subject, scopes: opened.scopes, audiences: ["https://reports.example.com"],
                issuedAt: opened.issuedAt, expiresAt: opened.expiresAt)
            let text = try desk.tokenIssuer.text(of: elsewhere, as: .jwt)
            guard case .user(let user, _) = try await Self.answer(text, desk) else {
                Issue.record("refused")
                return
            }
            #expect(user == member.id)
        }
    }

    @Test func `a token without openid is refused for its scope, and so is one that acts for nobody`() async throws {
        try await Self.tell(["profile", "email", "data.read"]) { desk, _, _, _, token in
            #expect(try await Self.rule(token, desk)?.name == "scope")
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            #expect(try await Self.rule(desk.token(client).text, desk)?.name == "scope")
        }
    }

    @Test func `nothing but an access token of ours in force is accepted`() async throws {
        try await Self.tell(["openid"]) { desk, _, _, _, token in
            let key = try await desk.tree.key(in: desk.tree.europe).secret
            for text in ["", "x", key, token + "x", String(token.dropLast()), token.uppercased()] {
                #expect(try await Self.rule(text, desk) == .unknown, "\(text.prefix(8))")
            }
            let ids = IDTokenIssuer(keyRing: desk.tree.keys, issuer: SampleDesk.issuer)
            let member = try await desk.tree.member(in: desk.tree.global, roles: [], email: "b@example.com")
            let id = IDToken(
                subject: member.id, audience: ID(at: 1), authenticatedAt: desk.now, nonce: nil,
                claims: UserClaims(of: member, in: desk.tree.global, scopes: .empty), issuedAt: desk.now)
            let text = try ids.text(of: id, signedBy: .es256, accessToken: nil)
            #expect(try await Self.rule(text, desk) == .unknown, "an ID token is no access token")
            desk.tree.clock.advance(seconds: 3600)
            #expect(try await Self.rule(token, desk) == .expired)
        }
    }

    @Test func `what the token hangs on takes it along: grant, member, app`() async throws {
        for thing in 0..<3 {
            try await Self.tell(["openid"]) { desk, app, member, grant, token in
                #expect(try await Self.rule(token, desk) == nil)
                let tree = desk.tree
                try await tree.store.write { tx in
                    switch thing {
                    case 0: try tree.grants.revoke(grant.id, in: tree.france.id, as: SampleTree.theOperator, tx: tx)
                    case 1:
                        try tree.members.delete(
                            member.id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
                    default:
                        try tree.apps.delete(
                            app.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
                    }
                }
                #expect(try await Self.rule(token, desk) != nil, "\(thing)")
            }
        }
    }

    @Test func `what was taken from the app is not told any more`() async throws {
        try await Self.tell(["openid", "email"]) { desk, app, _, _, token in
            let (tree, id) = (desk.tree, app.id)
            func edit(_ scopes: [String]) async throws {
                _ = try await tree.store.write { tx in
                    try tree.apps.edit(
                        id, in: tree.europe.id, AppEdit(scopes: scopes), as: SampleTree.theOperator, tx: tx)
                }
            }
            try await edit(["openid"])
            guard case .user(_, let claims) = try await Self.answer(token, desk) else {
                Issue.record("refused")
                return
            }
            #expect(claims.email == nil)
            try await edit(["data.read"])
            #expect(try await Self.rule(token, desk)?.name == "scope")
        }
    }
}
