import ProviderDefinition
import TextForms
import Testing

@Suite("Requests to providers")
struct ProviderRequestTests {
    private func provider(_ identifier: String) throws -> Provider {
        try #require(try ProviderCatalogue.load()[identifier])
    }

    private let values = RequestValues([
        .clientIdentifier: "id:1", .clientSecret: "s&1", .redirectURI: "https://auth.example/back", .code: "c+d",
        .codeVerifier: "v", .accessToken: "a t", .refreshToken: "r1",
        .variable("shop"): "fjord", .variable("host"): "login.salesforce.com", .accountIdentifier: "1021",
        .parentIdentifier: "accounts/12",
    ])

    @Test func `each stands where the file says, and is written so that no value becomes another part`() throws {
        let facebook = try provider("facebook")
        let exchange = try facebook.request(facebook.token.request, with: values)
        #expect(exchange.method == .get && exchange.host == "graph.facebook.com" && exchange.body.isEmpty)
        #expect(
            exchange.target
                == "/v25.0/oauth/access_token?code=c%2Bd&redirect_uri=https%3A%2F%2Fauth.example%2Fback&client_id=id%3A1&client_secret=s%261"
        )
        let inspect = try facebook.request(try #require(facebook.step("inspect")).request, with: values)
        #expect(inspect.target == "/v25.0/debug_token?input_token=a%20t&access_token=id%3A1%7Cs%261")
        #expect("\(inspect)" == "GET https://graph.facebook.com/v25.0/debug_token")

        let xero = try provider("xero")
        let basic = try xero.request(xero.token.request, with: values)
        #expect(basic.headers.contains(.init("Authorization", "Basic aWQlM0ExOnMlMjYx")))
        #expect(basic.headers.contains(.init("Content-Type", "application/x-www-form-urlencoded")))
        #expect(!String(decoding: basic.body, as: UTF8.self).contains("client"))

        let shopify = try provider("shopify")
        let json = try shopify.request(shopify.token.request, with: values)
        #expect(json.host == "fjord.myshopify.com")
        #expect(
            String(decoding: json.body, as: UTF8.self)
                == #"{"code":"c+d","expiring":"1","client_id":"id:1","client_secret":"s&1"}"#)

        let google = try provider("google-business-profile")
        let locations = try google.request(try #require(google.step("locations")).request, with: values)
        #expect(locations.target == "/v1/accounts/12/locations?readMask=name%2Ctitle&pageSize=100")
        #expect(locations.headers.contains(.init("Authorization", "Bearer a t")))
    }

    @Test func `a renewal takes from the exchange what it does not say itself`() throws {
        for (identifier, path) in [
            ("tiktok", "/v2/oauth/token/"), ("tiktok-business", "/open_api/v1.3/tt_user/oauth2/refresh_token/"),
        ] {
            let provider = try provider(identifier)
            guard case .refreshToken(let exchange) = provider.renewal.grant else {
                Issue.record("\(identifier) is not renewed by a refresh token")
                continue
            }
            let request = try provider.request(exchange.request, with: values)
            #expect(request.method == .post && request.target == path)
            #expect(String(decoding: request.body, as: UTF8.self).contains("r1"))
            #expect(exchange.answer == provider.token.answer)
        }
    }

    @Test func `what is missing or malformed is named without its value`() throws {
        let shopify = try provider("shopify")
        var other = values
        for shop in ["evil.example/", "a.b", "A", "", "a@b", "x\r\ny"] {
            other[.variable("shop")] = shop
            #expect(throws: RequestFailure.malformed(.variable("shop"))) {
                try shopify.request(shopify.token.request, with: other)
            }
        }
        other[.variable("shop")] = nil
        #expect(throws: RequestFailure.missing(.variable("shop"))) {
            try shopify.request(shopify.token.request, with: other)
        }
        let google = try provider("google-business-profile")
        let locations = try #require(google.step("locations")).request
        for identifier in ["accounts/../x", "", "/x", "accounts//1"] {
            other[.parentIdentifier] = identifier
            #expect(throws: RequestFailure.malformed(.parentIdentifier)) { try google.request(locations, with: other) }
        }
        other = values
        other[.accessToken] = "a\r\nX-Evil: 1"
        #expect(throws: RequestFailure.malformed(.accessToken)) { try google.request(locations, with: other) }
    }

    @Test func `a list goes on at its next page, and at no other host`() throws {
        let facebook = try provider("facebook")
        let pages = try #require(facebook.step("pages"))
        func next(_ address: String) throws -> ProviderRequest? {
            let body = try JSONParser.parse(Array(#"{"data":[],"paging":{"next":"\#(address)"}}"#.utf8))
            return try facebook.request(pages, after: body, with: values)
        }
        #expect(try next("https://graph.facebook.com/v25.0/1/accounts?after=x")?.target == "/v25.0/1/accounts?after=x")
        #expect(try facebook.request(pages, after: JSONParser.parse(Array("{}".utf8)), with: values) == nil)
        for address in [
            "https://evil.example/x", "http://graph.facebook.com/x", "https://graph.facebook.com@evil.example/",
            "https://graph.facebook.com:444/x", "https://evil.example#graph.facebook.com", "//graph.facebook.com/x",
        ] {
            #expect(throws: RequestFailure.hostNotAllowed) { try next(address) }
        }
        let google = try provider("google-business-profile")
        let accounts = try #require(google.step("accounts"))
        let body = try JSONParser.parse(Array(#"{"accounts":[],"nextPageToken":"n&1"}"#.utf8))
        #expect(try google.request(accounts, after: body, with: values)?.target == "/v1/accounts?pageToken=n%261")
    }

    @Test func `consent is asked for with state, scopes and challenge, and again with more`() throws {
        let google = try provider("google-business-profile")
        let address = try google.consentAddress(with: values, state: "s t", challenge: "ch")
        #expect(
            address.hasPrefix(
                "https://accounts.google.com/o/oauth2/v2/auth?client_id=id%3A1&redirect_uri=https%3A%2F%2F"))
        #expect(address.contains("&state=s%20t&scope=openid%20email%20https%3A%2F%2Fwww.googleapis.com"))
        #expect(address.contains("&code_challenge=ch&code_challenge_method=S256&") && address.hasSuffix("true"))
        #expect(throws: RequestFailure.missing(.codeVerifier)) { try google.consentAddress(with: values, state: "s") }
        let facebook = try provider("facebook")
        #expect(try !facebook.consentAddress(with: values, state: "s").contains("rerequest"))
        let again = try facebook.consentAddress(with: values, state: "s", scopes: ["a", "b"], isReconnecting: true)
        #expect(again.contains("&scope=a%2Cb&") && again.hasSuffix("&auth_type=rerequest"))
        let business = try provider("tiktok-business")
        #expect(try business.consentAddress(with: values, state: "s").contains("?client_key=id%3A1&"))
        let slack = try provider("slack")
        let users = try slack.consentAddress(with: values, state: "s", userScopes: ["search:read"])
        #expect(users.contains("&user_scope=search%3Aread"))
    }
}
