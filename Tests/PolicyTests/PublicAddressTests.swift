import Policy
import Testing

@Suite("The addresses that we write")
struct PublicAddressTests {
    private let below = PublicAddress(issuer: "https://example.com:8443/auth/desk")
    private let bare = PublicAddress(issuer: "http://[::1]:8080")

    @Test func `they lie below the path of the issuer`() {
        #expect(below.url("/oauth2/token") == "https://example.com:8443/auth/desk/oauth2/token")
        #expect(below.link("/account") == "/auth/desk/account")
        #expect(below.origin == "https://example.com:8443")
        #expect(below.isSecure)
    }

    @Test func `without a path they are what we answer at`() {
        #expect(bare.url("/oauth2/token") == "http://[::1]:8080/oauth2/token")
        #expect(bare.link("/account") == "/account")
        #expect(bare.origin == "http://[::1]:8080")
        #expect(!bare.isSecure)
        #expect(bare.wellKnown("/.well-known/x") == ["/.well-known/x"])
    }

    @Test func `a well-known address has the path after it, before it, or taken off by the proxy`() {
        #expect(
            below.wellKnown("/.well-known/openid-configuration") == [
                "/.well-known/openid-configuration", "/.well-known/openid-configuration/auth/desk",
                "/auth/desk/.well-known/openid-configuration",
            ])
    }
}
