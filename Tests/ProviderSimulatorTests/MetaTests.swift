import Crypto
import Foundation
import TestSupport
import TextForms
import Testing

@Suite("Simulated Facebook and Instagram")
struct MetaTests {
    private static let graph = "/graph.facebook.com/v25.0"
    private static let dialog = "/www.facebook.com/v25.0/dialog/oauth"
    private static let scopes = ["pages_show_list", "pages_read_engagement", "business_management"]
    private static let redirect = "http://127.0.0.1:8080/callback"
    private static let client = "client_id=app&client_secret=s3cret"

    private func shortLived(_ providers: SimulatedProviders, scopes: [String] = scopes) async throws -> String {
        let back = try await providers.consent(
            Self.dialog,
            [
                ("client_id", "app"), ("redirect_uri", Self.redirect), ("state", "st"), ("response_type", "code"),
                ("scope", Self.scopes.joined(separator: ",")),
            ], scopes: scopes)
        #expect(back.fragment == "_=_")
        #expect(try back.parameter("state") == "st")
        let code = try back.parameter("code")
        let answer = try await providers.get(
            "\(Self.graph)/oauth/access_token?\(Self.client)&redirect_uri=\(SimulatedProviders.encoded(Self.redirect))&code=\(code)"
        ).json
        #expect(try answer["expires_in"].integer == 3600)
        return try answer["access_token"].string
    }

    private func exchange(_ providers: SimulatedProviders, _ token: String) async throws -> Answer {
        try await providers.get(
            "\(Self.graph)/oauth/access_token?grant_type=fb_exchange_token&\(Self.client)&fb_exchange_token=\(token)")
    }

    private func inspect(_ providers: SimulatedProviders, _ token: String) async throws -> JSON {
        try await providers.get("\(Self.graph)/debug_token?input_token=\(token)&access_token=app%7Cs3cret").json["data"]
    }

    @Test func `a code becomes a long-lived token, and that becomes page tokens that outlive it`() async throws {
        let providers = try await SimulatedProviders()
        let short = try await shortLived(providers)
        #expect(short.hasPrefix("EAAsim-"))
        let exchanged = try await exchange(providers, short).json
        let long = try exchanged["access_token"].string
        #expect(try exchanged["expires_in"].integer == 60 * 86_400)
        let pages = try await providers.get(
            "\(Self.graph)/me/accounts?access_token=\(long)&fields=id,name,access_token")
        let page = try pages.json["data"][0]["access_token"].string
        let told = try await inspect(providers, page)
        #expect(try told["type"].string == "PAGE" && told["expires_at"].integer == 0)

        try await providers.advance("61d")
        let late = try await exchange(providers, long)
        #expect(try late.status == 400 && late.json["error"]["error_subcode"].integer == 463)
        let dead = try await inspect(providers, long)
        #expect(dead["is_valid"] == false)
        #expect(try dead["error"]["subcode"].integer == 463)
        #expect(try await providers.get("\(Self.graph)/me?access_token=\(page)").status == 200)

        try await providers.fault("facebook", "user_removed_app")
        let removed = try await providers.get("\(Self.graph)/me?access_token=\(page)").json["error"]
        #expect(try removed["code"].integer == 190 && removed["error_subcode"].integer == 458)
    }

    @Test func `an exchange may change nothing, and a scope that was unticked is told as declined`() async throws {
        let providers = try await SimulatedProviders()
        let short = try await shortLived(providers, scopes: ["business_management"])
        let long = try await exchange(providers, short).json["access_token"].string
        let permissions = try await providers.get("\(Self.graph)/me/permissions?access_token=\(long)").json["data"]
        #expect(permissions[0] == ["permission": "pages_show_list", "status": "declined"])
        #expect(permissions[2] == ["permission": "business_management", "status": "granted"])
        #expect(try await providers.get("\(Self.graph)/me/accounts?access_token=\(long)").json["data"] == [])

        try await providers.advance("7d")
        try await providers.fault("facebook", "unchanged_token", ["times": 1])
        let unchanged = try await exchange(providers, long).json
        #expect(try unchanged["access_token"].string == long)
        #expect(try unchanged["expires_in"].integer == 53 * 86_400)
        #expect(try await exchange(providers, long).json["expires_in"].integer == 60 * 86_400)

        let account = try await inspect(providers, long)["user_id"].string
        let gone = try await providers.send("DELETE", "\(Self.graph)/\(account)/permissions?access_token=\(long)")
        #expect(try gone.json == ["success": true])
        #expect(try await inspect(providers, long)["error"]["subcode"].integer == 458)
    }

    @Test func `a deauthorization is signed with the client's secret`() async throws {
        let providers = try await SimulatedProviders()
        let short = try await shortLived(providers)
        let answer = try await providers.control(
            "push",
            [
                "provider": "facebook", "kind": "deauthorize", "token": .text(short),
                "to": .text(providers.base + "/receiver"),
            ])
        #expect(try answer["status"].integer == 404)
        let parts = try answer["sent"].string.replacing("signed_request=", with: "").split(separator: ".")
        let signature = try #require(Base64URL.bytes(Array(parts[0].utf8)))
        let key = SymmetricKey(data: Data("s3cret".utf8))
        #expect(HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: Data(parts[1].utf8), using: key))
    }

    @Test(arguments: [false, true])
    func `Instagram's token is prolonged by GET after 24 hours, and never before`(_ isFlat: Bool) async throws {
        let providers = try await SimulatedProviders()
        if isFlat { try await providers.fault("instagram", "flat_answer") }
        let back = try await providers.consent(
            "/www.instagram.com/oauth/authorize",
            [
                ("client_id", "app"), ("redirect_uri", Self.redirect), ("response_type", "code"),
                ("scope", "instagram_business_basic"),
            ], scopes: ["instagram_business_basic"])
        #expect(back.fragment == "_")
        let redeem = [
            ("client_id", "app"), ("client_secret", "s3cret"), ("grant_type", "authorization_code"),
            ("redirect_uri", Self.redirect), ("code", try back.parameter("code")),
        ]
        let first = try await providers.form("/api.instagram.com/oauth/access_token", redeem).json
        let short = try (isFlat ? first : first["data"][0])["access_token"].string
        let again = try await providers.form("/api.instagram.com/oauth/access_token", redeem).json
        #expect(try again["error_message"].string == "Matching code was not found or was already used")

        let exchanged = try await providers.get(
            "/graph.instagram.com/access_token?grant_type=ig_exchange_token&client_secret=s3cret&access_token=\(short)")
        let long = try exchanged.json["access_token"].string
        let refresh = "/graph.instagram.com/refresh_access_token?grant_type=ig_refresh_token&access_token=\(long)"
        try await providers.advance("23h")
        #expect(try await providers.get(refresh).status == 400)
        try await providers.advance("1h")
        #expect(try await providers.send("POST", refresh).status == 400)
        #expect(try await providers.get(refresh).json["expires_in"].integer == 60 * 86_400)
        try await providers.advance("60d")
        #expect(try await providers.get(refresh).json["error"]["error_subcode"].integer == 463)
    }
}
