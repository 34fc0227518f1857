import Testing

@testable import WebConsole

@Suite("Content-Security-Policy of pages")
struct ContentSecurityPolicyTests {
    @Test func `a page may load our stylesheet and nothing else`() {
        #expect(
            ContentSecurityPolicy().text
                == "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
                + "frame-ancestors 'none'; base-uri 'none'")
    }

    @Test(arguments: [
        ("https://client.example", "form-action 'self' https://client.example;"),
        ("com.example.app:", "form-action 'self' com.example.app:;"),
        ("http://127.0.0.1:51234", "form-action 'self' http://127.0.0.1:51234;"),
        ("http://[::1]:51234", "form-action 'self' http:;"),
    ])
    func `a form may lead to the app that the answer is for`(_ target: String, _ directive: String) {
        #expect(ContentSecurityPolicy(formTargets: [target]).text.contains(directive))
    }

    @Test(arguments: [
        "https://a.example; script-src *", "'unsafe-inline'", "*", "https://a.example https://b.example", "",
    ])
    func `no source becomes more than one source`(_ source: String) {
        let policy = ContentSecurityPolicy(images: [source], formTargets: [source])
        #expect(policy.text == ContentSecurityPolicy().text)
    }

    @Test func `the one script is allowed by its hash`() {
        #expect(ContentSecurityPolicy.hash(of: "") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        #expect(PageTemplate.formPost.source.contains("<script>\(FormPostPage.script)</script>"))
    }
}
