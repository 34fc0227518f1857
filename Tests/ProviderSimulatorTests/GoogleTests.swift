import Crypto
import CryptoExtras
import Foundation
import TestSupport
import TextForms
import Testing

@Suite("Simulated Google")
struct GoogleTests {
    private static let scopes = ["openid", "email", "https://www.googleapis.com/auth/business.manage"]
    private static let redirect = "http://127.0.0.1:8080/callback"
    private static let client = [("client_id", "app"), ("client_secret", "s3cret")]
    private static let token = "/oauth2.googleapis.com/token"

    private func connect(
        _ providers: SimulatedProviders, prompt: String? = "consent", scopes: [String] = scopes
    ) async throws -> JSON {
        let verifier = "a-verifier-of-forty-three-characters-at-least"
        let challenge = Base64URL.text(Array(SHA256.hash(data: Data(verifier.utf8))))
        let back = try await providers.consent(
            "/accounts.google.com/o/oauth2/v2/auth",
            [
                ("client_id", "app"), ("redirect_uri", Self.redirect), ("response_type", "code"), ("state", "st"),
                ("scope", Self.scopes.joined(separator: " ")), ("access_type", "offline"),
                ("code_challenge", challenge), ("code_challenge_method", "S256"),
            ] + (prompt.map { [("prompt", $0)] } ?? []), scopes: scopes)
        #expect(try back.parameter("iss") == "https://accounts.google.com")
        let answer = try await providers.form(
            Self.token,
            Self.client + [
                ("grant_type", "authorization_code"), ("redirect_uri", Self.redirect), ("code_verifier", verifier),
                ("code", try back.parameter("code")),
            ])
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json
    }

    private func renew(_ providers: SimulatedProviders, _ refresh: String) async throws -> Answer {
        try await providers.form(
            Self.token, Self.client + [("grant_type", "refresh_token"), ("refresh_token", refresh)])
    }

    @Test func `a refresh token stays, and only a consent that is asked for brings one`() async throws {
        let providers = try await SimulatedProviders()
        let tokens = try await connect(providers)
        let refresh = try tokens["refresh_token"].string
        #expect(refresh.hasPrefix("1//0gsim-"))
        #expect(try await connect(providers, prompt: nil)["refresh_token"] == .null)
        for _ in 0..<2 {
            try await providers.advance("30d")
            let renewed = try await renew(providers, refresh)
            #expect(try renewed.status == 200 && renewed.json["refresh_token"] == .null)
        }
        #expect(try await providers.count("double_spends", "google") == 0)
        try await providers.advance("181d")
        #expect(try await renew(providers, refresh).json["error"].string == "invalid_grant")
    }

    @Test func `locations are behind the scope, a quota of nothing is no dead token`() async throws {
        let providers = try await SimulatedProviders()
        let access = try await connect(providers)["access_token"].string
        let accounts = "/mybusinessaccountmanagement.googleapis.com/v1/accounts"
        let name = try await providers.get(accounts, bearer: access).json["accounts"][0]["name"].string
        let locations = try await providers.get(
            "/mybusinessbusinessinformation.googleapis.com/v1/\(name)/locations?readMask=name,title", bearer: access)
        #expect(try locations.json["locations"][0]["title"].string.isEmpty == false)
        try await providers.fault("google", "quota_zero")
        let none = try await providers.get(accounts, bearer: access)
        #expect(try none.status == 429 && none.json["error"]["status"].string == "RESOURCE_EXHAUSTED")
        let info = try await providers.get("/oauth2.googleapis.com/tokeninfo?access_token=\(access)")
        #expect(try info.status == 200 && info.json["aud"].string == "app")

        let little = try await connect(providers, scopes: ["openid"])
        #expect(try little["scope"].string == "openid")
        _ = try await providers.send("DELETE", "/_simulator/faults")
        #expect(try await providers.get(accounts, bearer: little["access_token"].string).status == 403)
    }

    @Test func `the 101st grant displaces the first, and giving one back takes all of the account`() async throws {
        let providers = try await SimulatedProviders()
        var refreshes: [String] = []
        for _ in 0..<101 { refreshes.append(try await providers.grant("google")["refresh_token"].string) }
        #expect(try await renew(providers, refreshes[0]).status == 400)
        #expect(try await renew(providers, refreshes[1]).status == 200)
        let other = try await providers.grant("google", account: 2)["refresh_token"].string
        let gone = try await providers.form("/oauth2.googleapis.com/revoke", [("token", refreshes[100])])
        #expect(gone.status == 200)
        #expect(try await renew(providers, refreshes[1]).json["error"].string == "invalid_grant")
        #expect(try await renew(providers, other).status == 200)
    }

    @Test func `a consent screen in testing gives seven days, and a session may be too old`() async throws {
        let providers = try await SimulatedProviders()
        try await providers.fault("google", "testing_mode")
        let tokens = try await providers.grant("google")
        #expect(try tokens["refresh_token_expires_in"].integer == 7 * 86_400)
        let refresh = try tokens["refresh_token"].string
        #expect(try await renew(providers, refresh).status == 200)
        try await providers.fault("google", "invalid_rapt", ["token": .text(refresh)])
        #expect(try await renew(providers, refresh).json["error_subtype"].string == "invalid_rapt")
        try await providers.fault("google", "healed", ["token": .text(refresh)])
        try await providers.advance("7d")
        #expect(try await renew(providers, refresh).json["error"].string == "invalid_grant")
    }

    @Test(arguments: [false, true])
    func `security events verify by the served key set unless they are forged`(_ isForged: Bool) async throws {
        let providers = try await SimulatedProviders()
        let refresh = try await providers.grant("google")["refresh_token"].string
        let answer = try await providers.control(
            "push",
            [
                "provider": "google", "kind": "token-revoked", "token": .text(refresh), "forged": .bool(isForged),
                "to": .text(providers.base + "/receiver"),
            ])
        let parts = try answer["sent"].string.split(separator: ".")
        let key = try await providers.get("/www.googleapis.com/oauth2/v3/certs").json["keys"][0]
        let modulus = try #require(Base64URL.bytes(Array(try key["n"].string.utf8)))
        let exponent = try #require(Base64URL.bytes(Array(try key["e"].string.utf8)))
        let signature = _RSA.Signing.RSASignature(
            rawRepresentation: Data(try #require(Base64URL.bytes(Array(parts[2].utf8)))))
        let digest = SHA256.hash(data: Data("\(parts[0]).\(parts[1])".utf8))
        let isValid = try _RSA.Signing.PublicKey(n: modulus, e: exponent)
            .isValidSignature(signature, for: digest, padding: .insecurePKCS1v1_5)
        #expect(isValid == !isForged)
        let claims = try JSON(parsing: try #require(Base64URL.bytes(Array(parts[1].utf8))))
        #expect(try claims["aud"].string == "app")
        #expect(
            try claims["events"].members.keys.first
                == "https://schemas.openid.net/secevent/oauth/event-type/token-revoked")
    }
}
