import Foundation
import TestSupport
import Testing

@Suite("The simulator's own addresses")
struct ControlTests {
    private static let refresh = "/open.tiktokapis.com/v2/oauth/token/"

    private func renew(
        _ providers: SimulatedProviders, _ refresh: String, secret: String = "s3cret"
    ) async throws -> Answer {
        try await providers.form(
            Self.refresh,
            [
                ("client_key", "app"), ("client_secret", secret), ("grant_type", "refresh_token"),
                ("refresh_token", refresh),
            ])
    }

    @Test func `the same seed makes the same accounts and tokens, another makes others`() async throws {
        let first = try await SimulatedProviders(seed: 7)
        let second = try await SimulatedProviders(seed: 7)
        let third = try await SimulatedProviders(seed: 8)
        let tokens = try await first.grant("facebook")
        #expect(try await second.grant("facebook") == tokens)
        #expect(try await third.grant("facebook") != tokens)
        let account = try await first.get("/_simulator/accounts?provider=facebook&account=3").json
        #expect(try await second.get("/_simulator/accounts?provider=facebook&account=3").json == account)
        #expect(try !account["children"].elements.isEmpty)
        let foreign = try await first.grant("tiktok", account: 2)["refresh_token"].string
        #expect(try await renew(third, foreign).status == 400)
    }

    @Test func `outages come before the work, so nothing is spent`() async throws {
        let providers = try await SimulatedProviders()
        let token = try await providers.grant("tiktok")["refresh_token"].string
        try await providers.fault("tiktok", "server_error", ["status": 502, "times": 1])
        #expect(try await renew(providers, token).status == 502)
        try await providers.fault("tiktok", "rate_limited", ["seconds": 17, "times": 1])
        let busy = try await renew(providers, token)
        #expect(busy.status == 429 && busy.headers["retry-after"] == "17")
        try await providers.fault("tiktok", "time_out", ["seconds": 0, "times": 1])
        await #expect(throws: (any Error).self) { try await renew(providers, token) }
        try await providers.fault("tiktok", "wrong_client_secret", ["times": 1])
        #expect(try await renew(providers, token).json["error"].string == "invalid_client")
        try await providers.fault("tiktok", "wrong_date", ["seconds": "1h", "times": 1])
        let shifted = try await renew(providers, token)
        #expect(shifted.status == 200 && shifted.headers["date"] == "Sun, 29 Nov 2026 19:00:00 GMT")
        #expect(try await providers.count("double_spends", "tiktok") == 0)
        #expect(try await providers.count("renewals", "tiktok") == 1)
        #expect(try await providers.get("/_simulator/faults").json["faults"] == [])
    }

    @Test func `a switch strikes its account alone, for its time`() async throws {
        let providers = try await SimulatedProviders()
        let one = try await providers.grant("tiktok")["refresh_token"].string
        let two = try await providers.grant("tiktok", account: 2)["refresh_token"].string
        let misspelled: JSON = ["provider": "tiktok", "kind": "server_error", "acount": "1"]
        #expect(try await providers.call("POST", "/_simulator/faults", misspelled).status == 400)
        try await providers.fault("tiktok", "server_error", ["account": "1", "for": "1h"])
        #expect(try await renew(providers, one).status == 503)
        #expect(try await renew(providers, two).status == 200)
        try await providers.advance("1h")
        #expect(try await renew(providers, one).status == 200)
        let lines = try await providers.get("/_simulator/ledger/requests?provider=tiktok&role=renew&client_id=app").json
        #expect(try lines["requests"].elements.map { try $0["status"].integer } == [503, 200, 200])
        #expect(try lines["requests"][0]["fault"].string == "server_error")
    }

    @Test func `an answer may leave things out or say them otherwise`() async throws {
        let providers = try await SimulatedProviders()
        let token = try await providers.grant("tiktok", ["scopes": ["user.info.basic", "video.list"]])["refresh_token"]
            .string
        try await providers.fault("tiktok", "omit_expiry", ["times": 1])
        try await providers.fault("tiktok", "omit_refresh_token", ["times": 1])
        let bare = try await renew(providers, token).json
        #expect(bare["expires_in"] == .null && bare["refresh_token"] == .null)
        try await providers.control("rules/tiktok", ["expiry": "text", "access_life": "15m"])
        try await providers.fault("tiktok", "scope_downgrade", ["times": 1])
        let odd = try await renew(providers, token).json
        #expect(try odd["expires_in"].string == "900" && odd["scope"].string == "user.info.basic")
        #expect(try await providers.call("POST", "/_simulator/rules/tiktok", ["access_lief": 1]).status == 400)
    }

    @Test func `a client that was registered has its secrets and addresses, and no others`() async throws {
        let providers = try await SimulatedProviders()
        let address = "http://127.0.0.1:8080/callback"
        try await providers.control(
            "clients",
            [
                "provider": "tiktok", "client_id": "app", "secrets": ["s3cret", "n3wer"],
                "redirect_uris": [.text(address)],
            ])
        let token = try await providers.grant("tiktok")["refresh_token"].string
        #expect(try await renew(providers, token, secret: "other").json["error"].string == "invalid_client")
        #expect(try await renew(providers, token, secret: "n3wer").status == 200)
        let authorize = "/www.tiktok.com/v2/auth/authorize/?client_key=app&response_type=code&redirect_uri="
        #expect(try await providers.get(authorize + SimulatedProviders.encoded(address)).status == 200)
        let elsewhere = try await providers.get(authorize + SimulatedProviders.encoded("https://example.com/"))
        #expect(elsewhere.status == 400 && elsewhere.headers["location"] == nil)
    }

    @Test func `a consent page shows names as text, and a no comes back as one`() async throws {
        let providers = try await SimulatedProviders()
        let query = [
            ("client_key", "<script>"), ("redirect_uri", "https://example.com/back"), ("response_type", "code"),
            ("state", "st"), ("scope", "a\"b"),
        ]
        let path = "/www.tiktok.com/v2/auth/authorize/"
        let encoded = query.map { "\($0.0)=\(SimulatedProviders.encoded($0.1))" }.joined(separator: "&")
        let page = try await providers.get("\(path)?\(encoded)").text
        #expect(page.contains("&lt;script&gt;") && !page.contains("<script>") && page.contains("a&quot;b"))
        let back = try await providers.consent(path, query, approve: false)
        #expect(try back.parameter("error") == "access_denied" && back.parameter("state") == "st")
    }

    @Test func `as many grants are held as was said, and a reset makes room`() async throws {
        let providers = try await SimulatedProviders(mostGrants: 3)
        let terms: JSON = ["provider": "hubspot", "client_id": "app", "count": 3]
        #expect(try await providers.control("grants", terms)["grants"].elements.count == 3)
        #expect(try await providers.call("POST", "/_simulator/grants", terms).status == 503)
        try await providers.control("reset", [:])
        #expect(try await providers.control("grants", terms)["grants"].elements.count == 3)
        #expect(try await providers.get("/api.example.com/").status == 404)
    }

    @Test func `the clock is set, stands, and goes on`() async throws {
        let providers = try await SimulatedProviders()
        let set = try await providers.control("clock", ["set": "2027-03-01T00:00:00Z"])
        #expect(try set["time"].string == "2027-03-01T00:00:00Z" && set["now"].integer == 1_803_859_200)
        #expect(try await providers.control("clock", ["advance": "-1s"])["time"].string == "2027-02-28T23:59:59Z")
        #expect(try await providers.control("clock", ["running": true])["running"] == true)
        #expect(try await providers.get("/_simulator/clock").headers["date"]?.contains("2027 ") ?? false)
        #expect(try await providers.control("clock", ["set": "real"])["running"] == true)
        #expect(try await providers.call("POST", "/_simulator/clock", ["advance": "soon"]).status == 400)
    }
}
