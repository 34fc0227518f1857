import CredentialFormat
import Crypto
import Foundation
import JWTKit
import Model
import Persistence
import TestSupport
import Testing
import TextForms

@testable import Tokens

/// The claims as a resource server reads them that knows nothing of us.
private struct Claims: JWTPayload {
    let iss: IssuerClaim
    let sub: SubjectClaim
    let aud: AudienceClaim
    let clientID: String
    let scope: String?
    let jti: IDClaim
    let iat: IssuedAtClaim
    let exp: ExpirationClaim
    let accountID: String
    let organizationID: String

    enum CodingKeys: String, CodingKey {
        case iss, sub, aud, scope, jti, iat, exp
        case clientID = "client_id"
        case accountID = "account_id"
        case organizationID = "organization_id"
    }

    func verify(using algorithm: some JWTAlgorithm) throws {
        try aud.verifyIntendedAudience(includes: "https://api.example.com")
    }
}

@Suite("JWT access tokens (RFC 9068)")
struct JWTAccessTokenTests {
    @Test func `another library verifies them with our JWK set`() async throws {
        try await RingUnderTest.open { under in
            let token = AccessToken.sample(inAccountItself: false)
            let text = try JWTAccessToken.sign(token, issuer: issuer, with: under.keys)
            let collection = JWTKeyCollection()
            try await collection.add(jwksJSON: String(decoding: under.keys.jwks, as: UTF8.self))
            let claims = try await collection.verify(text, as: Claims.self)
            #expect(claims.iss.value == issuer)
            #expect(claims.sub.value == token.client.description)
            #expect(claims.aud.value == token.audiences)
            #expect(claims.clientID == token.client.description)
            #expect(claims.scope == "data.read reports.read")
            #expect(claims.jti.value == token.id.description)
            #expect(claims.iat.value.timeIntervalSince1970 == Double(token.issuedAt.seconds))
            #expect(claims.exp.value.timeIntervalSince1970 == Double(token.expiresAt.seconds))
            #expect(claims.accountID == token.account.description)
            #expect(claims.organizationID == token.organization.description)
            try await under.ring.rotate([.signing], by: atTheMachine)
            let rotated = JWTKeyCollection()
            try await rotated.add(jwksJSON: String(decoding: under.keys.jwks, as: UTF8.self))
            _ = try await rotated.verify(text, as: Claims.self)
        }
    }

    @Test func `the header says what RFC 9068 wants`() async throws {
        try await RingUnderTest.open { under in
            let text = try JWTAccessToken.sign(.sample(), issuer: issuer, with: under.keys)
            let header = try #require(Base64URL.bytes(Array(text.utf8.prefix { $0 != UInt8(ascii: ".") })))
            let members = try JSONDecoder().decode([String: String].self, from: Data(header))
            let jwks = try JSONDecoder().decode([String: [[String: String]]].self, from: Data(under.keys.jwks))
            let key = try #require(jwks["keys"]?.first)
            #expect(members == ["typ": "at+jwt", "alg": "ES256", "kid": try #require(key["kid"])])
            #expect(Set(key.keys) == ["kty", "use", "alg", "kid", "crv", "x", "y"])
            #expect(key["kty"] == "EC")
            // RFC 7638 §3.
            let required = #"{"crv":"P-256","kty":"EC","x":"\#(key["x"] ?? "")","y":"\#(key["y"] ?? "")"}"#
            #expect(key["kid"] == Base64URL.text(Array(SHA256.hash(data: Data(required.utf8)))))
        }
    }

    @Test func `a token comes out as it went in, whatever it says, and is valid JSON`() async throws {
        try await RingUnderTest.open { under in
            var generator = SeededGenerator(seed: 4)
            for _ in 0..<200 {
                let token = AccessToken.random(using: &generator)
                let text = try JWTAccessToken.sign(token, issuer: issuer, with: under.keys)
                #expect(JWTAccessToken.verify(Array(text.utf8), issuer: issuer, with: under.keys) == token)
                let claims = try #require(Base64URL.bytes(Array(text.utf8.split(separator: UInt8(ascii: "."))[1])))
                let object = try #require(try JSONSerialization.jsonObject(with: Data(claims)) as? [String: Any])
                #expect(object["sub"] as? String == token.subject ?? token.client.description)
                #expect((object["aud"] as? [String] ?? [object["aud"] as? String ?? ""]) == token.audiences)
            }
        }
    }

    @Test func `a change of any character is refused`() async throws {
        try await RingUnderTest.open { under in
            let text = Array(try JWTAccessToken.sign(.sample(), issuer: issuer, with: under.keys).utf8)
            for index in text.indices {
                var changed = text
                changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                #expect(JWTAccessToken.verify(changed, issuer: issuer, with: under.keys) == nil, "character \(index)")
            }
            for more in ["=", ".", "A", " ", "\n"] {
                #expect(JWTAccessToken.verify(text + Array(more.utf8), issuer: issuer, with: under.keys) == nil)
            }
            #expect(JWTAccessToken.verify(text, issuer: issuer + "/", with: under.keys) == nil)
        }
    }

    @Test(arguments: [
        AccessToken.sample(audiences: []), .sample(seconds: 0), .sample(issuedAt: Instant(milliseconds: .min)),
        .sample(audiences: [String(repeating: "a", count: 9000)]),
    ])
    func `what a token cannot hold is refused when it is made`(_ token: AccessToken) async throws {
        try await RingUnderTest.open { under in
            #expect(throws: TokenError.unrepresentable) {
                try JWTAccessToken.sign(token, issuer: issuer, with: under.keys)
            }
        }
    }
}

@Suite("JWT access tokens: forgeries (threats J1, J5)")
struct JWTForgeryTests {
    /// Signs what a test wants with the very key of the ring, to prove what is refused besides a wrong signature.
    private struct Forger {
        let key: P256.Signing.PrivateKey
        let keyIdentifier: String

        init(_ under: RingUnderTest) async throws {
            let row = try #require(try await under.rows.first { $0.purpose == "signing" })
            let bytes = try #require(under.masterKey.open(row.sealed, for: "key_ring/signing/1"))
            key = try P256.Signing.PrivateKey(rawRepresentation: bytes)
            keyIdentifier = try #require(under.keys.signing.first).identifier
        }

        func token(header: String, claims: String) throws -> [UInt8] {
            let message = Base64URL.text(Array(header.utf8)) + "." + Base64URL.text(Array(claims.utf8))
            let signature = try key.signature(for: Data(message.utf8)).rawRepresentation
            return Array("\(message).\(Base64URL.text(Array(signature)))".utf8)
        }

        var header: String { #"{"typ":"at+jwt","alg":"ES256","kid":"\#(keyIdentifier)"}"# }
    }

    private static func claims(_ token: AccessToken) throws -> String {
        String(decoding: try JWTClaims.encode(token, issuer: issuer), as: UTF8.self)
    }

    @Test func `the forger's tools work: what we would have written ourselves is accepted`() async throws {
        try await RingUnderTest.open { under in
            let forger = try await Forger(under)
            let token = AccessToken.sample()
            let text = try forger.token(header: forger.header, claims: try Self.claims(token))
            #expect(JWTAccessToken.verify(text, issuer: issuer, with: under.keys) == token)
        }
    }

    @Test(arguments: [
        #"{"typ":"at+jwt","alg":"none","kid":"KID"}"#, #"{"typ":"at+jwt","alg":"HS256","kid":"KID"}"#,
        #"{"typ":"at+jwt","alg":"ES384","kid":"KID"}"#, #"{"typ":"at+jwt","alg":"es256","kid":"KID"}"#,
        #"{"typ":"JWT","alg":"ES256","kid":"KID"}"#, #"{"alg":"ES256","kid":"KID"}"#,
        #"{"typ":"at+jwt","alg":"ES256"}"#,
        #"{"typ":"at+jwt","alg":"ES256","kid":"other"}"#, #"{"typ":"at+jwt","alg":"ES256","kid":"../../dev/null"}"#,
        #"{"typ":"at+jwt","alg":"ES256","kid":"KID","jwk":{}}"#,
        #"{"typ":"at+jwt","alg":"ES256","kid":"KID","crit":[]}"#,
        #"{"typ":"at+jwt","alg":"none","alg":"ES256","kid":"KID"}"#, #"{"typ": "at+jwt","alg":"ES256","kid":"KID"}"#,
        "", "{}", "null",
    ])
    func `a header other than ours is refused, even under a right signature`(_ header: String) async throws {
        try await RingUnderTest.open { under in
            let forger = try await Forger(under)
            let text = try forger.token(
                header: header.replacing("KID", with: forger.keyIdentifier), claims: try Self.claims(.sample()))
            #expect(JWTAccessToken.verify(text, issuer: issuer, with: under.keys) == nil)
        }
    }

    @Test func `a signature by HMAC with our public key, or none at all, is refused`() async throws {
        try await RingUnderTest.open { under in
            let forger = try await Forger(under)
            let claims = try Self.claims(.sample())
            for header in [forger.header, forger.header.replacing("ES256", with: "HS256")] {
                let message = Base64URL.text(Array(header.utf8)) + "." + Base64URL.text(Array(claims.utf8))
                let publicKey = SymmetricKey(data: forger.key.publicKey.x963Representation)
                let code = HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: publicKey)
                for signature in [
                    "", Base64URL.text(Array(code)), Base64URL.text(Array(repeating: UInt8(0), count: 64)),
                    Base64URL.text(Array(forger.key.publicKey.rawRepresentation)),
                ] {
                    let text = Array("\(message).\(signature)".utf8)
                    #expect(JWTAccessToken.verify(text, issuer: issuer, with: under.keys) == nil)
                }
            }
        }
    }

    @Test(arguments: [
        (#"{"iss":"#, #"{"iss":"https://auth.example.com","iss":"#), (#""client_id""#, #""scope":"all","client_id""#),
        (#","exp":"#, #","exp":9999999999,"exp":"#), (#","jti""#, #", "jti""#),
        (#","account_id""#, #","admin":true,"account_id""#),
        (#""iat":1"#, #""iat":-1"#), (#""iat":1"#, #""iat":01"#), (#""exp":1790003600"#, #""exp":1790003600.5"#),
        (#""exp":1790003600"#, #""exp":"1790003600""#), (#""exp":1790003600"#, #""exp":1790000000"#),
        (#""exp":1790003600"#, #""exp":99999999999999999999"#),
        ("https://auth.example.com", "https:\\/\\/auth.example.com"),
        (#""jti":"tok_"#, #""jti":"org_"#), ("reports.read", "\\u0061dmin"),
        ("data.read reports.read", "reports.read data.read"),
        ("}", "} "), ("}", "}}"), ("}", ""),
        (#""aud":"https://api.example.com""#, #""aud":["https://api.example.com"]"#),
        (#""aud":"https://api.example.com""#, #""aud":[]"#), (#""aud":"https://api.example.com""#, #""aud":null"#),
    ])
    func `claims other than ours are refused, even under a right signature`(_ change: (String, String)) async throws {
        try await RingUnderTest.open { under in
            let forger = try await Forger(under)
            let claims = try Self.claims(.sample())
            let changed = claims.replacing(change.0, with: change.1, maxReplacements: 1)
            #expect(changed != claims)
            let text = try forger.token(header: forger.header, claims: changed)
            #expect(JWTAccessToken.verify(text, issuer: issuer, with: under.keys) == nil)
        }
    }

    @Test func `hostile texts never trap`() async throws {
        try await RingUnderTest.open { under in
            var generator = SeededGenerator(seed: 5)
            let text = Array(try JWTAccessToken.sign(.sample(), issuer: issuer, with: under.keys).utf8)
            for _ in 0..<3000 {
                var mangled = text
                mangle(&mangled, using: &generator)
                if mangled != text { #expect(JWTAccessToken.verify(mangled, issuer: issuer, with: under.keys) == nil) }
            }
            let long = Array(repeating: UInt8(ascii: "."), count: JWTAccessToken.maximumLength + 1)
            for text in [[], Array(".".utf8), Array("..".utf8), Array("...".utf8), long, Array(long.dropLast())] {
                #expect(JWTAccessToken.verify(text, issuer: issuer, with: under.keys) == nil)
            }
        }
    }

    @Test func `of 50,000 mangled claims none traps, and those that mean something are written just so`() throws {
        var generator = SeededGenerator(seed: 6)
        var seeds: [[UInt8]] = []
        for _ in 0..<200 { seeds.append(try JWTClaims.encode(.random(using: &generator), issuer: issuer)) }
        for _ in 0..<50_000 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
            mangle(&bytes, using: &generator)
            guard let token = JWTClaims.decode(bytes, issuer: issuer) else { continue }
            #expect(try JWTClaims.encode(token, issuer: issuer) == bytes)
        }
    }
}

@Suite("Base64URL (RFC 4648 §5)")
struct Base64URLTests {
    /// RFC 4648 §10, without padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the published vectors hold both ways`(_ plain: String, _ text: String) {
        #expect(Base64URL.text(Array(plain.utf8)) == text)
        #expect(Base64URL.bytes(Array(text.utf8)) == Array(plain.utf8))
    }

    @Test(arguments: ["Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm 9v", "Zm9v\n", "Zm9vY"])
    func `another spelling of the same bytes is refused`(_ text: String) {
        #expect(Base64URL.bytes(Array(text.utf8)) == nil)
    }

    @Test func `all bytes survive, with the URL-safe alphabet`() {
        let bytes = (0...255).map { UInt8($0) } + [0xFB, 0xFF, 0xFE]
        let text = Base64URL.text(bytes)
        #expect(Base64URL.bytes(Array(text.utf8)) == bytes)
        #expect(text.contains("-") && text.contains("_") && !text.contains("="))
    }
}
