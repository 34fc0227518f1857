import Foundation
import TestSupport
import Testing

@Suite("Simulated TikTok")
struct TikTokTests {
    private static let token = "/open.tiktokapis.com/v2/oauth/token/"
    private static let redirect = "http://127.0.0.1:8080/callback"
    private static let client = [("client_key", "app"), ("client_secret", "s3cret")]

    private func consent(_ providers: SimulatedProviders) async throws -> URLComponents {
        try await providers.consent(
            "/www.tiktok.com/v2/auth/authorize/",
            [
                ("client_key", "app"), ("redirect_uri", Self.redirect), ("response_type", "code"), ("state", "st"),
                ("scope", "user.info.basic,video.list"),
            ], scopes: ["user.info.basic"])
    }

    private func renew(_ providers: SimulatedProviders, _ refresh: String, who: String = "node-1") async throws
        -> Answer
    {
        try await providers.form(
            Self.token, Self.client + [("grant_type", "refresh_token"), ("refresh_token", refresh)],
            headers: [("X-Simulator-Caller", who)])
    }

    @Test func `a refresh token works once, and a second use is noted with time and caller`() async throws {
        let providers = try await SimulatedProviders()
        let back = try await consent(providers)
        #expect(try back.parameter("scopes") == "user.info.basic")
        #expect(back.percentEncodedQuery?.contains("%2A0%21") ?? false)
        let answer = try await providers.form(
            Self.token,
            Self.client + [
                ("grant_type", "authorization_code"), ("redirect_uri", Self.redirect),
                ("code", try back.parameter("code")),
            ])
        let tokens = try answer.json
        #expect(try tokens["expires_in"].integer == 7200 && tokens["refresh_expires_in"].integer == 15_552_000)
        let first = try tokens["refresh_token"].string
        let second = try await renew(providers, first).json["refresh_token"].string
        #expect(second != first && second.hasPrefix("rft.sim-"))
        #expect(try await providers.count("double_spends", "tiktok") == 0)

        try await providers.advance("1h")
        let replayed = try await renew(providers, first, who: "node-2")
        #expect(try replayed.status == 400 && replayed.json["error"].string == "invalid_grant")
        #expect(try await renew(providers, second).status == 200)
        let spends = try await providers.get("/_simulator/ledger").json["double_spends"]
        #expect(try spends.elements.count == 1)
        #expect(try spends[0]["who"].string == "node-2")
        #expect(try spends[0]["time"].string == "2026-11-29T19:00:00Z")
        #expect(try spends[0]["first_response"].string == "delivered")
        let told = try await providers.get("/_simulator/ledger/token?token=\(first)").json
        #expect(try told["spent"].integer == 2)
        #expect(told["replaced"] == true)
    }

    @Test func `a lost response has spent the token all the same`() async throws {
        let providers = try await SimulatedProviders()
        let refresh = try await providers.grant("tiktok")["refresh_token"].string
        try await providers.fault("tiktok", "lose_response", ["role": "renew", "token": .text(refresh), "times": 1])
        await #expect(throws: (any Error).self) { try await renew(providers, refresh) }
        #expect(try await renew(providers, refresh).json["error"].string == "invalid_grant")
        #expect(try await providers.count("lost_responses", "tiktok") == 1)
        #expect(try await providers.count("double_spends_after_loss", "tiktok") == 1)
    }

    @Test func `the older generation lives longer and forgives`() async throws {
        let providers = try await SimulatedProviders()
        try await providers.control("rules/tiktok", ["preset": "older"])
        let tokens = try await providers.grant("tiktok")
        #expect(try tokens["expires_in"].integer == 86_400 && tokens["refresh_expires_in"].integer == 31_536_000)
        let refresh = try tokens["refresh_token"].string
        #expect(try await renew(providers, refresh).status == 200)
        #expect(try await renew(providers, refresh).status == 200)
        #expect(try await providers.count("double_spends", "tiktok") == 0)
    }

    @Test func `its API says what is wrong in the body, and giving back disconnects the app`() async throws {
        let providers = try await SimulatedProviders()
        let access = try await providers.grant("tiktok")["access_token"].string
        let info = "/open.tiktokapis.com/v2/user/info/?fields=open_id,display_name"
        #expect(try await providers.get(info, bearer: access).json["error"]["code"].string == "ok")
        try await providers.fault("tiktok", "permission_withdrawn", ["scope": "user.info.basic"])
        let withdrawn = try await providers.get(info, bearer: access)
        #expect(try withdrawn.status == 401 && withdrawn.json["error"]["code"].string == "scope_not_authorized")
        let gone = try await providers.form(
            "/open.tiktokapis.com/v2/oauth/revoke/", Self.client + [("token", access)])
        #expect(try gone.status == 200 && gone.json == [:])
        #expect(try await providers.get(info, bearer: access).json["error"]["code"].string == "access_token_invalid")
    }

    @Test func `TikTok for Business answers 200 whatever happened`() async throws {
        let providers = try await SimulatedProviders()
        let api = "/business-api.tiktok.com/open_api/v1.3"
        let code = try await consent(providers).parameter("code")
        let redeemed = try await providers.call(
            "POST", "\(api)/tt_user/oauth2/token/",
            [
                "client_id": "app", "client_secret": "s3cret", "grant_type": "authorization_code",
                "auth_code": .text(code), "redirect_uri": .text(Self.redirect),
            ])
        let data = try redeemed.json["data"]
        #expect(try data["refresh_token_expires_in"].integer == 31_536_000)
        var renewal: [String: JSON] = [
            "client_id": "app", "client_secret": "s3cret", "grant_type": "refresh_token",
            "refresh_token": data["refresh_token"],
        ]
        let path = "\(api)/tt_user/oauth2/refresh_token/"
        #expect(try await providers.call("POST", path, .object(renewal)).json["code"].integer == 0)
        let replayed = try await providers.call("POST", path, .object(renewal))
        #expect(try replayed.status == 200 && replayed.json["code"].integer == 40_105)
        renewal["client_secret"] = "wrong"
        #expect(try await providers.call("POST", path, .object(renewal)).json["code"].integer == 40_101)

        let advertiser = try await providers.grant("tiktok-advertiser")["access_token"].string
        let check = "\(api)/oauth2/advertiser/get/"
        try await providers.advance("3650d")
        let list = try await providers.get(check, headers: [("Access-Token", advertiser)])
        #expect(try list.json["code"].integer == 0)
        try await providers.fault("tiktok-advertiser", "rate_limited", ["times": 1])
        let busy = try await providers.get(check, headers: [("Access-Token", advertiser)])
        #expect(try busy.status == 200 && busy.json["code"].integer == 51_021)
    }
}
