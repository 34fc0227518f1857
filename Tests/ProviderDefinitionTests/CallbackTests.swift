import Crypto
import Model
import ProviderDefinition
import TextForms
import Testing

@Suite("What browsers and providers bring to us")
struct CallbackTests {
    private func read(_ identifier: String, _ query: String, secrets: [String] = []) throws -> ConsentAnswer {
        let provider = try #require(try ProviderCatalogue.load()[identifier])
        return try provider.readCallback(query, secrets: secrets)
    }

    @Test func `the code is told from what hangs on it, and further things are kept`() throws {
        #expect(try read("facebook", "code=AQ1%23_%3D_&state=s").code == "AQ1")
        #expect(try read("instagram", "code=AQ2%23_&state=s").code == "AQ2")
        let tiktok = try read("tiktok", "code=a%2521b&scopes=user.info.basic%2Cvideo.list&state=s")
        #expect(tiktok.code == "a!b" && tiktok.scopes == ["user.info.basic", "video.list"])
        #expect(try read("quickbooks", "code=c&state=s&realmId=42").metadata == ["realm_id": "42"])
        #expect("\(tiktok)" == "ConsentAnswer (redacted)")
    }

    @Test(arguments: [
        ("facebook", "error=access_denied&error_reason=user_denied&state=s", ConsentFailure.denied),
        ("tiktok", "error=invalid_scope&error_description=x&state=s", .refused(code: "invalid_scope")),
        ("tiktok", "error=%3Cscript%3E&state=s", .refused(code: "unknown")),
        ("facebook", "state=s", .incomplete), ("facebook", "code=&state=s", .incomplete),
        ("facebook", "code=a&code=b", .incomplete), ("facebook", "code=%zz", .incomplete),
        ("google-business-profile", "code=a&iss=https%3A%2F%2Fevil.example", .foreignIssuer),
        ("shopify", "code=a&shop=x.myshopify.com", .unsigned),
        ("shopify", "code=a&shop=x.myshopify.com&hmac=00", .unsigned),
    ])
    func `what is no answer to a consent is said to be none`(
        _ identifier: String, _ query: String, _ failure: ConsentFailure
    ) {
        #expect(throws: failure) { try read(identifier, query, secrets: ["not-a-secret"]) }
    }

    @Test func `Google's issuer is taken, and need not come`() throws {
        #expect(try read("google-business-profile", "code=a&iss=https%3A%2F%2Faccounts.google.com").code == "a")
        #expect(try read("google-business-profile", "code=a").code == "a")
    }

    @Test func `Shopify's query is signed under one of the secrets, whole`() throws {
        let text = "code=a&shop=x.myshopify.com&state=s&timestamp=1"
        let key = SymmetricKey(data: Array("not-a-secret".utf8))
        let hmac = Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
        let query = "shop=x.myshopify.com&code=a&hmac=\(hmac)&timestamp=1&state=s"
        #expect(
            try read("shopify", query, secrets: ["newer", "not-a-secret"]).metadata["shop_host"] == "x.myshopify.com")
        #expect(throws: ConsentFailure.unsigned) { try read("shopify", query, secrets: ["newer"]) }
        #expect(throws: ConsentFailure.unsigned) { try read("shopify", query + "&x=1", secrets: ["not-a-secret"]) }
        #expect(throws: ConsentFailure.unsigned) { try read("shopify", query, secrets: []) }
    }

    @Test func `Meta's signed requests are believed under the app's secret alone`() throws {
        func signed(_ json: String, _ secret: String) -> String {
            let payload = Base64URL.text(Array(json.utf8))
            let key = SymmetricKey(data: Array(secret.utf8))
            return Base64URL.text(Array(HMAC<SHA256>.authenticationCode(for: Array(payload.utf8), using: key))) + "."
                + payload
        }
        let json = #"{"algorithm":"HMAC-SHA256","issued_at":1291836800,"user_id":"218471"}"#
        let request = signed(json, "not-a-secret")
        let read = try #require(SignedRequest(request, secrets: ["newer", "not-a-secret"]))
        #expect(read.accountIdentifier == "218471" && read.issuedAt?.milliseconds == 1_291_836_800_000)
        #expect(SignedRequest(request, secrets: ["newer"]) == nil)
        #expect(SignedRequest(request, secrets: []) == nil)
        #expect(SignedRequest(request + "A", secrets: ["not-a-secret"]) == nil)
        #expect(
            SignedRequest(signed(#"{"algorithm":"none","user_id":"1"}"#, "not-a-secret"), secrets: ["not-a-secret"])
                == nil)
        for text in ["", ".", "a", "a.b.c", String(repeating: "a", count: 20_000) + ".a"] {
            #expect(SignedRequest(text, secrets: ["not-a-secret"]) == nil)
        }
    }

    @Test func `a call carries the token where the provider wants it`() throws {
        let catalogue = try ProviderCatalogue.load()
        let values = RequestValues([
            .accessToken: "t&1", .clientSecret: "not-a-secret", .parentIdentifier: "tenant-1",
        ])
        let facebook = try #require(catalogue["facebook"]).authorizeCall(with: values)
        #expect(facebook.headers.isEmpty && facebook.query.hasPrefix("access_token=t%261&appsecret_proof="))
        #expect(facebook.query.count == "access_token=t%261&appsecret_proof=".count + 64)
        let xero = try #require(catalogue["xero"]).authorizeCall(with: values)
        #expect(xero.headers == [.init("Authorization", "Bearer t&1"), .init("Xero-Tenant-Id", "tenant-1")])
        let shopify = try #require(catalogue["shopify"]).authorizeCall(with: values)
        #expect(shopify.headers == [.init("X-Shopify-Access-Token", "t&1")] && shopify.query == "")
        #expect("\(facebook)" == "CallAuthorization (redacted)")
    }
}
