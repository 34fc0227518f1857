import TestSupport
import Testing

/// What browsers get at addresses that hold no page: an address that is there, or a page that says so and leads on.
@Suite("Addresses without a page", .server(on: [.sqlite]), .serialized)
struct UnknownPageTests {
    private let browser = [("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]

    @Test(arguments: [
        ("/.well-known/change-password", "/account/password"), ("/sign-out", "/account"),
        ("/consent", "/account"), ("/oauth2/logout/confirm", "/account"), ("/account/sessions/end", "/account"),
        ("/account/sessions/end-others", "/account"), ("/account/second-factor/confirm", "/account/second-factor"),
        ("/account/second-factor/recovery-codes", "/account/second-factor"),
        ("/sign-in/second-factor", "/sign-in"), ("/sign-in/organization", "/sign-in"),
    ])
    func `lead to the page that is meant`(_ path: String, _ page: String) async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        for isSignedIn in [false, true] {
            if isSignedIn { _ = try await visitor.signIn(demo) }
            let answer = try await visitor.open(path, headers: browser)
            #expect(answer.status == 303)
            #expect(answer.headers["location"] == page)
            #expect(answer.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
        }
    }

    @Test(arguments: ["/nowhere", "/account/nowhere", "/sign-in/nowhere", "/api/v1/nowhere", "/%3Cscript%3E"])
    func `are a page to a browser and a problem document to a program`(_ path: String) async throws {
        let (server, _) = try RunningServer.current
        let page = try await server.get(path, headers: browser)
        #expect(page.status == 404)
        #expect(page.headers["content-type"] == "text/html; charset=utf-8")
        #expect(page.text.contains("<h1>Page not found</h1>"))
        #expect(page.links("Go to your account") == ["/account"])
        #expect(!page.text.contains("script"))
        #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'; style-src 'self'") == true)
        for accept in [nil, "*/*", "application/json", "text/*", "text/html-sandboxed"] {
            let problem = try await server.get(path, headers: accept.map { [("Accept", $0)] } ?? [])
            #expect(problem.status == 404)
            #expect(problem.headers["content-type"] == "application/problem+json", "\(accept ?? "none")")
            #expect(problem.headers["x-content-type-options"] == "nosniff")
            #expect(
                problem.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'")
        }
    }

    @Test func `end nowhere: what was not done leads to where it can be`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(demo)
        let stale = try await visitor.post("/account/sessions/end-others", [("csrf", "x")])
        #expect(stale.status == 403)
        #expect(stale.links("Reload") == ["/account"])
        let foreign = try await visitor.post(
            "/account/sessions/end-others", [("csrf", "x")], headers: [("Origin", "https://evil.example")])
        #expect(foreign.status == 403)
        #expect(foreign.links("Go to your account") == ["/account"])
        let old = try await visitor.post("/password-reset", [("token", "a&b"), ("csrf", "x")])
        #expect(old.links("Reload") == ["/password-reset?token=a%26b"])
        for form in ["/forgot-password", "/sign-in/again"] {
            let answer = try await visitor.post(form, [("continue", "/account/apps"), ("csrf", "x")])
            #expect(answer.links("Reload") == ["\(form)?continue=%2Faccount%2Fapps"])
        }
        for page in [stale, foreign, old] {
            #expect(page.text.contains(/<a class="brand" href="\/">.*<span>Claviger<\/span><\/a>/))
        }
    }
}

/// RFC 6797. Under plain HTTP the header would count for nothing, and is not sent.
@Suite("Coming by TLS alone")
struct StrictTransportTests {
    @Test func `is what every reply says under an issuer with TLS, and none under one without`() async throws {
        for issuer in ["https://id.example", nil] {
            try await ServerProcess.withDemo(arguments: issuer.map { ["--issuer", $0] } ?? []) { server, _ in
                for path in ["/sign-in", "/account", "/nowhere", "/api/v1/me", "/.well-known/change-password"] {
                    let answer = try await server.get(path)
                    #expect(
                        answer.headers["strict-transport-security"] == issuer.map { _ in "max-age=31536000" },
                        "\(path)")
                }
            }
        }
    }
}
