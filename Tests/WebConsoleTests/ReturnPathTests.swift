import OAuth
import Testing

@testable import WebConsole

@Suite("Where a sign-in may lead (threat R10)")
struct ReturnPathTests {
    private let paths = ["/oauth2/authorize", "/oauth/authorize"]

    @Test(arguments: [
        "/account", "/account/apps", "/account/password", "/account/email", "/account/notices",
        "/email-change?token=clv_inv_x",
        "/oauth2/authorize?client_id=app_1&state=%2F%2Fevil",
        "/oauth/authorize?redirect_uri=https%3A%2F%2Fclient.example",
    ])
    func `one of our own pages is`(_ text: String) {
        #expect(ReturnPath(text, authorizationPaths: paths)?.text == text)
    }

    @Test(arguments: [
        "", "account", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "https://evil.example", "https:evil.example", "javascript:alert(1)", "data:text/html,x", "/%2Fevil.example",
        "/%5Cevil.example", "%2F%2Fevil.example", "/account/../../evil", "/account/..%2f", "/account//evil.example",
        "/account\\evil", "/account?a\r\nSet-Cookie: b=c", "/account?\u{0}", "/account?\t", " /account", "/account ",
        "/account#x", "/Account", "/account/", "/oauth2/authorize/..", "/api/v1/accounts", "/sign-out", "/consent",
        "/account?\u{e9}", "/account@evil.example", "/account;/evil", "//account", "/\t/evil.example", "/\n/evil",
        "/oauth2/authorize?\"><script>",
    ])
    func `anything else is not`(_ text: String) {
        #expect(ReturnPath(text, authorizationPaths: paths) == nil)
    }

    @Test func `what would not fit into a request is not`() {
        let text = "/account?" + String(repeating: "a", count: ReturnPath.maximumLength)
        #expect(ReturnPath(text, authorizationPaths: paths) == nil)
    }

    @Test func `the longest request is, at the longest path that a product may have`() {
        let path = "/" + String(repeating: "p", count: 199)
        let query = String(repeating: "q", count: AuthorizationRequest.maximumBytes)
        #expect(ReturnPath("\(path)?\(query)", authorizationPaths: [path])?.query == query)
    }

    @Test func `nothing at all is not`() {
        #expect(ReturnPath(nil, authorizationPaths: paths) == nil)
    }
}
