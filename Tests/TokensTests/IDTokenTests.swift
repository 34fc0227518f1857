import CredentialFormat
import Crypto
import CryptoExtras
import Foundation
import JWTKit
import Model
import Policy
import TestSupport
import Testing
import TextForms

@testable import Tokens

/// The claims as an app reads them that knows nothing of us.
private struct Claims: JWTPayload {
    let iss: IssuerClaim
    let sub: SubjectClaim
    let aud: AudienceClaim
    let iat: IssuedAtClaim
    let exp: ExpirationClaim
    let authTime: Int
    let nonce: String?
    let atHash: String?
    let name: String?
    let email: String?
    let emailVerified: Bool?
    let organizationID: String?
    let organizationName: String?
    let accountID: String?
    let acr: String?
    let amr: [String]?
    let sid: String?

    enum CodingKeys: String, CodingKey {
        case iss, sub, aud, iat, exp, nonce, name, email, acr, amr, sid
        case authTime = "auth_time"
        case atHash = "at_hash"
        case emailVerified = "email_verified"
        case organizationID = "organization_id"
        case organizationName = "organization_name"
        case accountID = "account_id"
    }

    func verify(using algorithm: some JWTAlgorithm) throws {}
}

/// What the tests of this file tell of a user.
private enum Sample {
    static let now = FixedClock().current
    static let accessToken = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"

    private static let account = ID<Organization>(at: 1)
    private static let organization = ID<Organization>(at: 2)

    static func claims(_ scopes: [String], name: String = "Ada \"the\\first\" Lovelace\n✓") throws -> UserClaims {
        let path = try #require(OrganizationPath([account, organization]))
        let member = Member(
            id: ID(at: 3), organization: account, email: try #require(EmailAddress("Ada@Example.com")), name: name,
            roles: [], hasPassword: false, createdAt: now)
        return UserClaims(
            of: member,
            in: Organization(id: organization, path: path, name: "Europe", createdAt: now),
            scopes: ScopeSet(scopes.compactMap { Scope($0) }))
    }

    static func token(
        _ scopes: [String] = ["openid", "profile", "email", "organization"], nonce: String? = "n-0S6_WzA2Mj",
        at time: Instant = now
    ) throws -> IDToken {
        IDToken(
            subject: ID(at: 3), audience: ID(at: 4), authenticatedAt: time.adding(seconds: -90),
            signIn: SignInContext(session: ID(at: 5), methods: [.password, .totp, .multiple]), nonce: nonce,
            claims: try claims(scopes), issuedAt: time)
    }
}

@Suite("ID tokens (OpenID Connect Core §2)", .onEveryEngine)
struct IDTokenTests {
    @Test(arguments: App.IDTokenAlgorithm.allCases)
    func `another library verifies them with our JWK set`(_ algorithm: App.IDTokenAlgorithm) async throws {
        try await RingUnderTest.open { under in
            let tokens = IDTokenIssuer(keyRing: under.ring, issuer: issuer)
            try await tokens.prepare(for: algorithm)
            let token = try Sample.token()
            let text = try tokens.text(of: token, signedBy: algorithm, accessToken: Sample.accessToken)
            let collection = JWTKeyCollection()
            try await collection.add(jwksJSON: String(decoding: under.keys.jwks, as: UTF8.self))
            let claims = try await collection.verify(text, as: Claims.self)
            #expect(claims.iss.value == issuer)
            #expect(claims.sub.value == token.subject.description)
            #expect(claims.aud.value == [token.audience.description])
            #expect(claims.iat.value.timeIntervalSince1970 == Double(token.issuedAt.seconds))
            #expect(claims.exp.value.timeIntervalSince1970 == Double(token.issuedAt.seconds + 3600))
            #expect(claims.authTime == Int(token.issuedAt.seconds) - 90)
            #expect(claims.nonce == "n-0S6_WzA2Mj")
            #expect(claims.name == token.claims.name)
            #expect(claims.email == "ada@example.com")
            #expect(claims.emailVerified == false)
            #expect(claims.acr == "urn:claviger:acr:2fa" && claims.amr == ["pwd", "otp", "mfa"])
            #expect(claims.sid == token.signIn?.session.description)
            #expect(claims.organizationID == token.claims.organization?.id.description)
            #expect(claims.organizationName == "Europe")
            #expect(claims.accountID == token.claims.organization?.account.description)
            let half =
                algorithm == .edDSA
                ? Base64URL.text(Array(SHA512.hash(data: Data(Sample.accessToken.utf8))).prefix(32))
                // OpenID Connect Core, appendix A.4.
                : "77QmUPtjPfzWtF2AnpK9RQ"
            #expect(claims.atHash == half)

            let header = try JSONDecoder().decode(
                [String: String].self, from: Data(try #require(Base64URL.bytes(Array(text.utf8.prefix { $0 != 46 })))))
            let jwks = try JSONDecoder().decode([String: [[String: String]]].self, from: Data(under.keys.jwks))
            let key = try #require(jwks["keys"]?.first { $0["alg"] == algorithm.rawValue })
            #expect(header == ["typ": "JWT", "alg": algorithm.rawValue, "kid": try #require(key["kid"])])
            #expect(key["use"] == "sig")
            let members: Set =
                switch algorithm {
                case .es256: ["kty", "use", "alg", "kid", "crv", "x", "y"]
                case .edDSA: ["kty", "use", "alg", "kid", "crv", "x"]
                case .rs256: ["kty", "use", "alg", "kid", "n", "e"]
                }
            #expect(Set(key.keys) == members, "nothing of the private key")
            if algorithm == .rs256 {
                #expect(Base64URL.bytes(Array(try #require(key["n"]).utf8))?.count == 256)
                #expect(key["e"] == "AQAB")
            }
        }
    }

    @Test(arguments: App.IDTokenAlgorithm.allCases)
    func `a token comes out as it went in, and a change of any character is refused`(
        _ algorithm: App.IDTokenAlgorithm
    ) async throws {
        try await RingUnderTest.open { under in
            let tokens = IDTokenIssuer(keyRing: under.ring, issuer: issuer)
            try await tokens.prepare(for: algorithm)
            for scopes in [["openid"], ["openid", "profile"], ["openid", "email"], ["openid", "organization"]] {
                for nonce in [nil, "", "\u{1}\"é✓"] {
                    let token = try Sample.token(scopes, nonce: nonce)
                    for accessToken in [nil, "x"] {
                        let text = try tokens.text(of: token, signedBy: algorithm, accessToken: accessToken)
                        #expect(IDToken.verify(Array(text.utf8), issuer: issuer, with: under.keys) == token)
                    }
                }
            }
            let text = Array(try tokens.text(of: Sample.token(), signedBy: algorithm, accessToken: "x").utf8)
            for index in text.indices {
                var changed = text
                changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                #expect(IDToken.verify(changed, issuer: issuer, with: under.keys) == nil, "character \(index)")
            }
            for more in ["=", ".", "A", " "] {
                #expect(IDToken.verify(text + Array(more.utf8), issuer: issuer, with: under.keys) == nil)
            }
            #expect(IDToken.verify(text, issuer: issuer + "/", with: under.keys) == nil)
        }
    }

    @Test func `each scope tells its part and no more`() throws {
        let whole = try Sample.claims(["openid", "profile", "email", "organization"])
        #expect(whole.name != nil && whole.email != nil && whole.organization != nil)
        #expect(
            try Sample.claims(["profile"])
                == UserClaims(name: whole.name, username: whole.username, email: nil, organization: nil))
        #expect(
            try Sample.claims(["email"]) == UserClaims(name: nil, username: nil, email: whole.email, organization: nil))
        #expect(
            try Sample.claims(["organization"])
                == UserClaims(name: nil, username: nil, email: nil, organization: whole.organization))
        #expect(
            try Sample.claims(["openid", "data.read"])
                == UserClaims(name: nil, username: nil, email: nil, organization: nil))
    }

    @Test func `a token can be read long after it has expired, until its key retires`() async throws {
        try await RingUnderTest.open { under in
            let tokens = IDTokenIssuer(keyRing: under.ring, issuer: issuer)
            let token = try Sample.token()
            let text = Array(try tokens.text(of: token, signedBy: .es256, accessToken: nil).utf8)
            under.clock.advance(seconds: 40 * 86_400)
            #expect(try await IDToken.verify(text, issuer: issuer, with: under.reopened().keys) == token)
            try await under.ring.rotate([.signing], by: atTheMachine)
            #expect(IDToken.verify(text, issuer: issuer, with: under.keys) == token)
            under.clock.advance(seconds: RotationPace.prompt.aheadSeconds + 86_400 + 3601)
            #expect(try await IDToken.verify(text, issuer: issuer, with: under.reopened().keys) == nil)
        }
    }

    @Test func `a token signed by a key that has not been made is an error, and so is one too long`() async throws {
        try await RingUnderTest.open { under in
            let tokens = IDTokenIssuer(keyRing: under.ring, issuer: issuer)
            let token = try Sample.token()
            #expect(throws: TokenError.missing(.signingRS256)) {
                try tokens.text(of: token, signedBy: .rs256, accessToken: nil)
            }
            let long = try Sample.token(nonce: String(repeating: "n", count: 8000))
            #expect(throws: TokenError.unrepresentable) {
                try tokens.text(of: long, signedBy: .es256, accessToken: nil)
            }
        }
    }
}

@Suite("ID tokens: forgeries (threats J1, J5)")
struct IDTokenForgeryTests {
    /// Signs what a test wants with a key of the ring, to prove what is refused besides a wrong signature.
    private static func forge(_ header: String, _ claims: [UInt8], with key: SigningKey) throws -> [UInt8] {
        let message = Array("\(Base64URL.text(Array(header.utf8))).\(Base64URL.text(claims))".utf8)
        return message + Array(".\(Base64URL.text(try key.signature(for: message)))".utf8)
    }

    @Test func `an ID token is no access token, and an access token no ID token`() async throws {
        try await RingUnderTest.open { under in
            let tokens = IDTokenIssuer(keyRing: under.ring, issuer: issuer)
            let identity = Array(try tokens.text(of: Sample.token(), signedBy: .es256, accessToken: nil).utf8)
            let access = Array(try JWTAccessToken.sign(.sample(), issuer: issuer, with: under.keys).utf8)
            #expect(JWTAccessToken.verify(identity, issuer: issuer, with: under.keys) == nil)
            #expect(JWTAccessToken.header(of: identity) == nil, "it costs no look-up either")
            #expect(IDToken.verify(access, issuer: issuer, with: under.keys) == nil)

            // Nor under the other's header, with the very same key.
            let key = try #require(under.keys.signing.first)
            let accessHeader = #"{"typ":"at+jwt","alg":"ES256","kid":"\#(key.identifier)"}"#
            let identityHeader = #"{"typ":"JWT","alg":"ES256","kid":"\#(key.identifier)"}"#
            let accessClaims = try JWTClaims.encode(.sample(), issuer: issuer)
            let identityClaims = try IDTokenClaims.encode(Sample.token(), accessTokenHash: nil, issuer: issuer)
            let right = try Self.forge(identityHeader, identityClaims, with: key)
            #expect(IDToken.verify(right, issuer: issuer, with: under.keys) != nil, "the forger's tools work")
            for (header, claims) in [(accessHeader, identityClaims), (identityHeader, accessClaims)] {
                let text = try Self.forge(header, claims, with: key)
                #expect(JWTAccessToken.verify(text, issuer: issuer, with: under.keys) == nil)
                #expect(IDToken.verify(text, issuer: issuer, with: under.keys) == nil)
            }
        }
    }

    @Test(arguments: [
        #"{"typ":"JWT","alg":"none","kid":"KID"}"#, #"{"typ":"JWT","alg":"HS256","kid":"KID"}"#,
        #"{"typ":"JWT","alg":"EdDSA","kid":"KID"}"#, #"{"typ":"JWT","alg":"RS256","kid":"KID"}"#,
        #"{"typ":"JWT","alg":"PS256","kid":"KID"}"#, #"{"typ":"jwt","alg":"ES256","kid":"KID"}"#,
        #"{"alg":"ES256","kid":"KID"}"#, #"{"alg":"none"}"#, #"{"typ":"JWT","alg":"ES256"}"#,
        #"{"typ":"JWT","alg":"ES256","kid":"other"}"#, #"{"typ":"JWT","alg":"ES256","kid":"../../dev/null"}"#,
        #"{"typ":"JWT","alg":"ES256","kid":"KID","jwk":JWK}"#,
        #"{"typ":"JWT","alg":"ES256","kid":"KID","jku":"https://evil.example/jwks"}"#,
        #"{"typ":"JWT","alg":"ES256","jwk":JWK}"#, #"{"typ":"JWT","alg":"ES256","x5u":"https://evil.example/x"}"#,
        #"{"typ":"JWT","alg":"none","alg":"ES256","kid":"KID"}"#, "", "{}", "null",
    ])
    func `no header chooses a key or an algorithm, whoever's key it brings along`(_ header: String) async throws {
        try await RingUnderTest.open { under in
            let ours = try #require(under.keys.signing.first)
            let theirs = try #require(
                SigningKey(
                    .es256, bytes: Array(P256.Signing.PrivateKey().rawRepresentation), usedFrom: Instant(seconds: 0),
                    retiresAt: nil))
            let claims = try IDTokenClaims.encode(Sample.token(), accessTokenHash: nil, issuer: issuer)
            let named = header.replacing("KID", with: ours.identifier).replacing("JWK", with: theirs.jwk)
            for key in [ours, theirs] {
                let text = try Self.forge(named, claims, with: key)
                #expect(IDToken.verify(text, issuer: issuer, with: under.keys) == nil)
            }
            let unsigned = Array("\(Base64URL.text(Array(named.utf8))).\(Base64URL.text(claims)).".utf8)
            #expect(IDToken.verify(unsigned, issuer: issuer, with: under.keys) == nil)
        }
    }

    @Test func `an HMAC with a public key of ours is no signature`() async throws {
        try await RingUnderTest.open { under in
            try await under.ring.ensure(.signingRS256)
            try await under.ring.ensure(.signingEdDSA)
            let claims = try IDTokenClaims.encode(Sample.token(), accessTokenHash: nil, issuer: issuer)
            for key in under.keys.idTokenKeys {
                for algorithm in ["HS256", key.algorithm.rawValue] {
                    let header = #"{"typ":"JWT","alg":"\#(algorithm)","kid":"\#(key.identifier)"}"#
                    let message = "\(Base64URL.text(Array(header.utf8))).\(Base64URL.text(claims))"
                    let code = HMAC<SHA256>.authenticationCode(
                        for: Data(message.utf8), using: SymmetricKey(data: Data(key.jwk.utf8)))
                    for signature in [Array(code), Array(repeating: 0, count: 64), Array(repeating: 0, count: 256)] {
                        let text = Array("\(message).\(Base64URL.text(signature))".utf8)
                        #expect(IDToken.verify(text, issuer: issuer, with: under.keys) == nil)
                    }
                }
            }
        }
    }

    @Test(arguments: [
        (#"{"iss":"#, #"{"iss":"https://auth.example.com","iss":"#), (#""sub":"mem_"#, #""sub":"int_"#),
        (#","exp":"#, #","exp":9999999999,"exp":"#), (#","nonce""#, #", "nonce""#),
        (#""email_verified":false"#, #""email_verified":1"#),
        (#","acr":"urn:claviger:acr:2fa""#, #","acr":"urn:claviger:acr:1fa""#), (#""amr":["pwd","#, #""amr":["pwd",,"#),
        (#""amr":["pwd""#, #""amr":["magic""#), (#","sid":"ses_"#, #","sid":"mem_"#),
        (#","sid":"#, #","s":"x","sid":"#), (#","email_verified":false"#, ""),
        (#","preferred_username":"#, #","preferred_username":7,"x":"#),
        (#","account_id""#, #","admin":true,"account_id""#), (#""organization_name":"Europe","#, ""),
        (#""aud":"app_"#, #""aud":"int_"#), ("}", "} "), ("}", ""),
    ])
    func `claims other than ours are refused, even under a right signature`(_ change: (String, String)) async throws {
        try await RingUnderTest.open { under in
            let key = try #require(under.keys.signing.first)
            let claims = String(
                decoding: try IDTokenClaims.encode(Sample.token(), accessTokenHash: nil, issuer: issuer), as: UTF8.self)
            let changed = claims.replacing(change.0, with: change.1, maxReplacements: 1)
            #expect(changed != claims)
            let header = #"{"typ":"JWT","alg":"ES256","kid":"\#(key.identifier)"}"#
            let text = try Self.forge(header, Array(changed.utf8), with: key)
            #expect(IDToken.verify(text, issuer: issuer, with: under.keys) == nil)
        }
    }

    @Test func `hostile texts never trap`() async throws {
        try await RingUnderTest.open { under in
            var generator = SeededGenerator(seed: 12)
            let tokens = IDTokenIssuer(keyRing: under.ring, issuer: issuer)
            let text = Array(try tokens.text(of: Sample.token(), signedBy: .es256, accessToken: "x").utf8)
            for _ in 0..<3000 {
                var mangled = text
                mangle(&mangled, using: &generator)
                if mangled != text { #expect(IDToken.verify(mangled, issuer: issuer, with: under.keys) == nil) }
            }
            let claims = try IDTokenClaims.encode(Sample.token(), accessTokenHash: "x", issuer: issuer)
            for _ in 0..<20_000 {
                var mangled = claims
                mangle(&mangled, using: &generator)
                _ = IDTokenClaims.decode(mangled, issuer: issuer)
            }
        }
    }
}
