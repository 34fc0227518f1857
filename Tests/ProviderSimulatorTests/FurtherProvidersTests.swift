import Foundation
import TestSupport
import Testing

/// How one of the ten is talked to, as its documents say. Written down apart from the simulator, which is what is tried here.
struct FurtherProvider: Sendable, CustomTestStringConvertible {
    let name: String
    let authorize: String
    let token: String
    var usesBasic = false
    var sendsJSON = false
    var scopes = "read"
    /// What the answer says of the access token's end.
    var expiresIn: Int?
    /// Whether the old refresh token works at once after its renewal.
    let forgives: Bool

    var testDescription: String { name }

    static let all = [
        FurtherProvider(
            name: "github", authorize: "/github.com/login/oauth/authorize",
            token: "/github.com/login/oauth/access_token", expiresIn: 28_800, forgives: false),
        FurtherProvider(
            name: "slack", authorize: "/slack.com/oauth/v2/authorize", token: "/slack.com/api/oauth.v2.access",
            expiresIn: 43_200, forgives: false),
        FurtherProvider(
            name: "microsoft", authorize: "/login.microsoftonline.com/common/oauth2/v2.0/authorize",
            token: "/login.microsoftonline.com/common/oauth2/v2.0/token", scopes: "read offline_access",
            expiresIn: 3599, forgives: true),
        FurtherProvider(
            name: "salesforce", authorize: "/login.salesforce.com/services/oauth2/authorize",
            token: "/login.salesforce.com/services/oauth2/token", scopes: "api refresh_token", forgives: true),
        FurtherProvider(
            name: "hubspot", authorize: "/app.hubspot.com/oauth/authorize",
            token: "/api.hubapi.com/oauth/2026-03/token", expiresIn: 1800, forgives: true),
        FurtherProvider(
            name: "shopify", authorize: "/one.myshopify.com/admin/oauth/authorize",
            token: "/one.myshopify.com/admin/oauth/access_token", sendsJSON: true, expiresIn: 3600, forgives: true),
        FurtherProvider(
            name: "linkedin", authorize: "/www.linkedin.com/oauth/v2/authorization",
            token: "/www.linkedin.com/oauth/v2/accessToken", expiresIn: 5_184_000, forgives: true),
        FurtherProvider(
            name: "xero", authorize: "/login.xero.com/identity/connect/authorize",
            token: "/identity.xero.com/connect/token", usesBasic: true, scopes: "read offline_access",
            expiresIn: 1800, forgives: true),
        FurtherProvider(
            name: "quickbooks", authorize: "/appcenter.intuit.com/connect/oauth2",
            token: "/oauth.platform.intuit.com/oauth2/v1/tokens/bearer", usesBasic: true, expiresIn: 3600,
            forgives: true),
        FurtherProvider(
            name: "notion", authorize: "/api.notion.com/v1/oauth/authorize", token: "/api.notion.com/v1/oauth/token",
            usesBasic: true, sendsJSON: true, forgives: false),
    ]

    static func named(_ name: String) throws -> FurtherProvider {
        try #require(all.first { $0.name == name })
    }

    /// Sends parameters to the token endpoint, in the provider's form.
    func ask(_ providers: SimulatedProviders, _ parameters: [String: String], accept: String = "application/json")
        async throws -> Answer
    {
        var parameters = parameters
        var headers = [("Accept", accept)]
        if usesBasic {
            headers.append(("Authorization", "Basic " + Data("app:s3cret".utf8).base64EncodedString()))
        } else {
            parameters["client_id"] = "app"
            parameters["client_secret"] = "s3cret"
        }
        guard sendsJSON else {
            return try await providers.form(token, parameters.sorted { $0.key < $1.key }, headers: headers)
        }
        return try await providers.call("POST", token, .object(parameters.mapValues { .text($0) }), headers: headers)
    }

    func renew(_ providers: SimulatedProviders, _ refresh: String) async throws -> Answer {
        try await ask(providers, ["grant_type": "refresh_token", "refresh_token": refresh])
    }
}

@Suite("The ten further providers, simulated")
struct FurtherProvidersTests {
    private static let redirect = "http://127.0.0.1:8080/callback"

    @Test(arguments: FurtherProvider.all)
    func `a code becomes tokens, which are renewed by the provider's own rules`(_ provider: FurtherProvider)
        async throws
    {
        let providers = try await SimulatedProviders()
        let verifier = "a-verifier-of-forty-three-characters-at-least"
        let back = try await providers.consent(
            provider.authorize,
            [
                ("client_id", "app"), ("redirect_uri", Self.redirect), ("response_type", "code"), ("state", "st"),
                ("scope", provider.scopes), ("user_scope", "chat:write"),
                // Of the verifier, in hexadecimal.
                ("code_challenge", "0d9fd8d5e8e2a8b4e4e3b1b0a7c9c7b2d1a5b8d3f5d6c2a1b0e9f8d7c6b5a493"),
            ].filter { provider.name == "salesforce" || $0.0 != "code_challenge" })
        var parameters = [
            "grant_type": "authorization_code", "redirect_uri": Self.redirect, "code": try back.parameter("code"),
            "expiring": "1",
        ]
        if provider.name == "salesforce" {
            parameters["code_verifier"] = verifier
            #expect(try await provider.ask(providers, parameters).status == 400, "the challenge is of another verifier")
            return
        }
        let answer = try await provider.ask(providers, parameters)
        let tokens = try answer.json
        #expect(answer.status == 200, "\(answer.text)")
        #expect((try? tokens["expires_in"].integer) == provider.expiresIn)
        try await renews(provider, providers, try tokens["refresh_token"].string, code: parameters)
    }

    @Test func `Salesforce renews without a word on the end`() async throws {
        let providers = try await SimulatedProviders()
        let provider = try FurtherProvider.named("salesforce")
        let tokens = try await providers.grant("salesforce")
        #expect(tokens["expires_in"] == .null)
        #expect(try tokens["instance_url"].string == "https://sim.my.salesforce.com")
        let refresh = try tokens["refresh_token"].string
        let renewed = try await provider.renew(providers, refresh).json
        #expect(renewed["refresh_token"] == .null)
        let introspect = [
            ("token", try renewed["access_token"].string), ("client_id", "app"), ("client_secret", "s3cret"),
        ]
        let path = "/login.salesforce.com/services/oauth2/introspect"
        #expect(try await providers.form(path, introspect).json["active"] == true)
        try await providers.advance("2h")
        #expect(try await providers.form(path, introspect).json["active"] == false)
        for _ in 0..<5 { _ = try await providers.grant("salesforce") }
        #expect(try await provider.renew(providers, refresh).status == 400)
    }

    private func renews(
        _ provider: FurtherProvider, _ providers: SimulatedProviders, _ refresh: String, code: [String: String]
    ) async throws {
        let again = try await provider.ask(providers, code)
        #expect(again.text.contains("error") || again.text.contains("BAD_AUTH_CODE"), "a code works once")
        let renewed = try await provider.renew(providers, refresh)
        #expect(try renewed.status == 200 && !renewed.json["access_token"].string.isEmpty, "\(renewed.text)")
        let repeated = try await provider.renew(providers, refresh)
        let isForgiven = (try? repeated.json["access_token"].string) != nil
        #expect(isForgiven == provider.forgives, "\(repeated.text)")
    }

    @Test func `GitHub answers in a form unless asked, errs with 200, and a renewal ends the access token`()
        async throws
    {
        let providers = try await SimulatedProviders()
        let provider = try FurtherProvider.named("github")
        let tokens = try await providers.grant("github")
        let access = try tokens["access_token"].string
        #expect(try await providers.get("/api.github.com/user", bearer: access).status == 200)
        let refresh = try tokens["refresh_token"].string
        let parameters = ["grant_type": "refresh_token", "refresh_token": refresh]
        let answer = try await provider.ask(providers, parameters, accept: "*/*")
        #expect(answer.text.hasPrefix("access_token=ghu_sim-"))
        #expect(try await providers.get("/api.github.com/user", bearer: access).status == 401)
        let replayed = try await provider.renew(providers, refresh)
        #expect(try replayed.status == 200 && replayed.json["error"].string == "bad_refresh_token")
    }

    @Test func `Slack gives a person's pair beside the bot's, and says ok false with 200`() async throws {
        let providers = try await SimulatedProviders()
        let provider = try FurtherProvider.named("slack")
        let back = try await providers.consent(
            provider.authorize,
            [
                ("client_id", "app"), ("redirect_uri", Self.redirect), ("response_type", "code"),
                ("scope", "chat:write,files:read"), ("user_scope", "search:read"),
            ])
        let tokens = try await provider.ask(providers, ["code": try back.parameter("code")]).json
        #expect(try tokens["access_token"].string.hasPrefix("xoxe.xoxb-1-sim-"))
        let person = tokens["authed_user"]
        #expect(try person["access_token"].string.hasPrefix("xoxe.xoxp-1-sim-"))
        let renewed = try await provider.renew(providers, try person["refresh_token"].string).json
        #expect(try renewed["token_type"].string == "user")
        let bot = try await provider.renew(providers, try tokens["refresh_token"].string).json
        #expect(try bot["token_type"].string == "bot")
        let dead = try await provider.renew(providers, try person["refresh_token"].string)
        #expect(try dead.status == 200 && dead.json == ["ok": false, "error": "invalid_refresh_token"])
    }

    @Test func `Xero repeats for half an hour, Notion ends everything, Shopify until the new one is used`() async throws
    {
        let providers = try await SimulatedProviders()
        let xero = try FurtherProvider.named("xero")
        let old = try await providers.grant("xero")["refresh_token"].string
        let new = try await xero.renew(providers, old).json["refresh_token"].string
        try await providers.advance("30m")
        #expect(try await xero.renew(providers, old).json["refresh_token"].string == new)
        try await providers.advance("1s")
        #expect(try await xero.renew(providers, old).json == ["error": "invalid_grant"])
        #expect(try await xero.renew(providers, new).status == 200)

        #expect(try await providers.count("repeats_in_grace", "xero") == 1)
        #expect(try await providers.count("double_spends", "xero") == 1)

        let notion = try FurtherProvider.named("notion")
        let first = try await providers.grant("notion")["refresh_token"].string
        let second = try await notion.renew(providers, first).json["refresh_token"].string
        #expect(try await notion.renew(providers, first).status == 400)
        #expect(try await notion.renew(providers, second).status == 400)

        let shopify = try FurtherProvider.named("shopify")
        let kept = try await providers.grant("shopify")["refresh_token"].string
        let next = try await shopify.renew(providers, kept).json["refresh_token"].string
        try await providers.advance("20d")
        #expect(try await shopify.renew(providers, kept).json["refresh_token"].string == next)
        #expect(try await shopify.renew(providers, next).status == 200)
        #expect(try await shopify.renew(providers, kept).status == 400)
    }

    @Test func `LinkedIn's end is fixed, QuickBooks' value changes daily, Microsoft names the reason by number`()
        async throws
    {
        let providers = try await SimulatedProviders()
        let linkedIn = try FurtherProvider.named("linkedin")
        let fixed = try await providers.grant("linkedin")["refresh_token"].string
        try await providers.advance("300d")
        #expect(try await linkedIn.renew(providers, fixed).json["refresh_token_expires_in"].integer == 65 * 86_400)
        try await providers.advance("65d")
        #expect(try await linkedIn.renew(providers, fixed).status == 400)

        let quickBooks = try FurtherProvider.named("quickbooks")
        let today = try await providers.grant("quickbooks")["refresh_token"].string
        #expect(try await quickBooks.renew(providers, today).json["refresh_token"].string == today)
        try await providers.advance("1d")
        let renewed = try await quickBooks.renew(providers, today).json
        #expect(try renewed["refresh_token"].string != today)
        #expect(try renewed["x_refresh_token_expires_in"].integer == 8_726_400)
        #expect(try await quickBooks.renew(providers, today).status == 400)

        let microsoft = try FurtherProvider.named("microsoft")
        let sliding = try await providers.grant("microsoft")["refresh_token"].string
        try await providers.advance("91d")
        #expect(try await microsoft.renew(providers, sliding).json["error_codes"] == [700_082])
        let other = try await providers.grant("microsoft")["refresh_token"].string
        try await providers.fault("microsoft", "password_changed", ["token": .text(other)])
        #expect(try await microsoft.renew(providers, other).json["error_codes"] == [50_173])
    }
}
