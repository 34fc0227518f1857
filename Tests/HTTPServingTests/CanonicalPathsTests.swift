import HTTPServing
import TestSupport
import Testing

@Suite("One form of a path")
struct CanonicalPathsTests {
    @Test(arguments: ["/", "/a", "/a/b", "/a.b/c~d", "/.well-known/x", "/a/...", "/a:b@c"])
    func `is absolute and plain`(_ path: String) {
        #expect(CanonicalPaths.isCanonical(path[...]))
    }

    @Test(arguments: [
        "", "a", "*", "//", "//a", "/a/", "/a//b", "/./a", "/a/..", "/a/../b", "/a/.", "/%61", "/a%2Fb", "/a%5cb",
        "/a\\b",
        "/a/%2e%2e/b",
    ])
    func `is no other`(_ path: String) {
        #expect(!CanonicalPaths.isCanonical(path[...]))
    }

    @Test func `stands before what a provider is asked for, which has forms of its own`() {
        let own = "/api/v1/organizations/org_0000000000000000000001/connections/cnx_0000000000000000000001"
        for rest in ["a.example/", "a.example/b%2Fc/?d=/e", "/x", ""] {
            #expect(RelayedPath("\(own)/proxy/\(rest)"[...])?.rest == rest[...], "\(rest)")
        }
        for other in ["\(own)/proxy", "\(own)/token/proxy/a", "/\(own)/proxy/a", "/api/v1/me/proxy/" + own, own] {
            #expect(RelayedPath(other[...]) == nil, "\(other)")
        }
    }

    private static let product = """
        product: {name: Acme}
        scopes: {data.read: {description: Read}, data.write: {description: Write}}
        endpoints: {token: [/api/public/v1/oauth2/token], userinfo: [/me], authorize: [/oauth/authorize]}
        """

    @Test func `holds on both doors, for further paths too`() async throws {
        try await ServerProcess.withDemo(product: Self.product) { server, demo in
            for path in [
                "/verify", "/oauth2/token", "/oauth2/introspect", "/oauth2/jwks", "/healthz", "/readyz", "/api/v1/me",
                "/oauth2/userinfo", "/openapi.json", "/.well-known/openid-configuration", "/api/public/v1/oauth2/token",
                "/me", "/.well-known/oauth-authorization-server",
            ] {
                let known = try server.exchange(get(path))[0]
                #expect(known.status != 404, "\(path)")
                let last = path.split(separator: "/").last ?? ""
                for other in [
                    "/\(path)", path + "/", path + "//", "/." + path, "/x/.." + path, path + "/.", path + "/x/..",
                    path.replacing("/\(last)", with: "%2F\(last)"), path.replacing("/\(last)", with: "//\(last)"),
                    path.replacing("/\(last)", with: "\\\(last)"), path + "%2f", path + "/%2e",
                    "http://localhost/\(path)", "http://localhost\(path)/",
                ]
                where (other.hasPrefix("/") || other.hasPrefix("http")) && !other.hasPrefix("/verify/")
                    && other != "http://localhost/verify/"
                {
                    // What follows `/verify/` is the gateway's question.
                    // Alone, and behind another request.
                    for answers in [
                        try server.exchange(get(other, bearer: demo.operatorKey)),
                        try server.exchange(get("/readyz") + get(other, bearer: demo.operatorKey), answers: 2),
                    ] {
                        #expect(answers.last?.status == 404, "\(other)")
                    }
                }
            }
        }
    }

    @Test func `is where a page leads who writes its path with too many slashes`() async throws {
        try await ServerProcess.withDemo(
            product: Self.product, arguments: ["--issuer", "https://id.example/auth"]
        ) { server, _ in
            for (path, page) in [
                ("/sign-in/", "/auth/sign-in"), ("//sign-in", "/auth/sign-in"),
                ("//account//apps/?x=a%20b&y", "/auth/account/apps?x=a%20b&y"),
                ("/oauth2/authorize/?client_id=x", "/auth/oauth2/authorize?client_id=x"),
                ("/oauth/authorize/", "/auth/oauth/authorize"), ("//", "/auth/"),
            ] {
                let answer = try server.exchange(get(path))[0]
                #expect(answer.status == 308, "\(path)")
                #expect(answer["location"] == page)
                #expect(answer["x-request-id"] != nil && answer["strict-transport-security"] != nil)
            }
            for path in ["//evil.example/", "/./sign-in", "/sign-in%2F", "/sign-in/..", "//evil.example/sign-in"] {
                #expect(try server.exchange(get(path))[0].status == 404, "\(path)")
            }
            // A form is never sent on.
            #expect(try server.exchange(request("POST", "/sign-in/", body: "x=y"))[0].status == 404)
        }
    }
}
