import CredentialFormat
import Model
import OAuth
import Persistence
import TestSupport
import Testing
import TextForms

@testable import Tokens

@Suite("How somebody signed in, and whose address it is (OpenID Connect Core §2)", .onEveryEngine)
struct SignInClaimsTests {
    /// A member who signed in like that, an app, and the session.
    private static func open(
        _ methods: [SignInMethod],
        _ use: (SampleDesk, SampleApp, SignedInMember, ID<MemberSession>) async throws -> Void
    ) async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe, scopes: "openid profile email")
            let plain = try await desk.signedIn(in: desk.tree.europe)
            let session = ID<MemberSession>(at: desk.now.milliseconds)
            let member = SignedInMember(
                id: plain.id, organization: plain.organization, authenticatedAt: plain.authenticatedAt,
                signIn: SignInContext(session: session, methods: methods), permissions: plain.permissions)
            try await use(desk, app, member, session)
        }
    }

    private static func token(_ tokens: AppTokens, _ desk: SampleDesk) throws -> IDToken {
        try #require(
            IDToken.verify(Array((tokens.idToken ?? "").utf8), issuer: SampleDesk.issuer, with: desk.tree.keys.keys))
    }

    private static func json(_ tokens: AppTokens) throws -> JSON {
        let parts = (tokens.idToken ?? "").split(separator: ".")
        let claims = try #require(parts.dropFirst().first)
        return try JSON(parsing: try #require(Base64URL.bytes(Array(claims.utf8))))
    }

    @Test(arguments: [
        ([SignInMethod.password], "urn:claviger:acr:1fa", ["pwd"]),
        ([.password, .totp, .multiple], "urn:claviger:acr:2fa", ["pwd", "otp", "mfa"]),
        ([.password, .recoveryCode, .multiple], "urn:claviger:acr:2fa", ["pwd", "rcv", "mfa"]),
        ([.link], "urn:claviger:acr:1fa", ["link"]), ([.handOver], "urn:claviger:acr:handover", ["handover"]),
    ])
    func `an app is told how, and in which session, and again with every refresh`(
        _ methods: [SignInMethod], _ level: String, _ words: [String]
    ) async throws {
        try await Self.open(methods) { desk, app, member, session in
            var tokens = try await desk.consented(
                to: app, ["scope": "openid email"], in: desk.tree.europe, as: member)
            for _ in 0..<3 {
                let claims = try Self.json(tokens)
                #expect(try claims["acr"].string == level)
                #expect(try claims["amr"].elements.map { try $0.string } == words)
                #expect(try claims["sid"].string == session.description)
                #expect(claims["email_verified"] == false)
                #expect(try Self.token(tokens, desk).signIn == member.signIn)
                desk.tree.clock.advance(seconds: 3600)
                tokens = try await desk.refresh(tokens.refreshToken, for: app)
            }
        }
    }

    @Test func `what a version wrote that did not keep it is told without it`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe, scopes: "openid")
            let member = try await desk.signedIn(in: desk.tree.europe)
            let tokens = try await desk.consented(to: app, ["scope": "openid"], in: desk.tree.europe, as: member)
            let claims = try Self.json(tokens)
            for name in ["acr", "amr", "sid"] { #expect(claims[name] == .null) }
            #expect(try Self.token(tokens, desk).signIn == nil)
        }
    }

    @Test func `a proved address is told in the ID token and at userinfo, of who signed in since`() async throws {
        try await Self.open([.password]) { desk, app, member, _ in
            func told() async throws -> (JSON, Bool) {
                let tokens = try await desk.consented(
                    to: app, ["scope": "openid email"], in: desk.tree.europe, as: member)
                let answer = try await UserInfoEndpoint(verifier: desk.verifier, store: desk.store)
                    .answer(tokens.accessToken, from: nil, at: desk.now)
                guard case .user(_, let claims) = answer else { throw ServerFailure("refused") }
                return (try Self.json(tokens)["email_verified"], claims.isEmailVerified)
            }
            func prove(_ proof: EmailProof?) async throws {
                try await desk.tree.store.write { tx in try tx.setEmailProof(proof, of: member.id) }
            }
            #expect(try await told() == (false, false))
            try await prove(.link(member.authenticatedAt))
            #expect(try await told() == (true, true))
            try await prove(.link(member.authenticatedAt.adding(seconds: 1)))
            #expect(
                try await told() == (false, false), "Somebody else may have signed in before the mailbox was proved.")
            try await prove(.operatorsWord(member.authenticatedAt.adding(seconds: 1)))
            #expect(try await told() == (true, true))
        }
    }
}
