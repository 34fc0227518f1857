import Foundation
import TestSupport
import Testing

/// The real server, byte by byte. One after another: each has a process of its own.
@Suite("On the wire", .serialized)
struct WireTests {
    @Test func `pipelined requests are answered in their order, hot and ordinary mixed`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let unknown = String(demo.apiKey.dropLast(3)) + "000"
            let kinds = [
                get("/healthz"), get("/readyz"), get("/verify"), get("/verify", bearer: demo.apiKey),
                get("/verify", bearer: unknown), get("/nowhere"), get("/api/v1/me", bearer: demo.operatorKey),
                get("/api/v1/me"), get("/oauth2/jwks"), request("PUT", "/healthz"),
                get("/verify?scope=data.write", bearer: demo.apiKey), get("/.well-known/oauth-authorization-server"),
            ]
            let alone = try kinds.map { try server.exchange($0)[0] }
            var generator = SeededGenerator(seed: 1)
            for _ in 0..<5 {
                let order = (0..<100).map { _ in Int.random(in: 0..<kinds.count, using: &generator) }
                let answers = try server.exchange(order.map { kinds[$0] }.joined(), answers: order.count)
                for (number, answer) in zip(order, answers) {
                    #expect(withoutRequestID(answer) == withoutRequestID(alone[number]))
                }
                #expect(
                    Set(answers.compactMap { $0["x-request-id"] }).count >= answers.count
                        - order.filter { $0 == 1 }.count)
            }
        }
    }

    @Test func `both doors answer alike, whatever is asked`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let token = try await server.token(demo.integration)
            let client = basic(demo.integration)
            let backend = basic(demo.resourceServer)
            let typed = "Content-Type: application/x-www-form-urlencoded\r\n"
            let unknown = String(demo.apiKey.dropLast(3)) + "000"
            var requests = [
                get("/healthz"), request("HEAD", "/healthz"), request("POST", "/healthz"), request("PURGE", "/healthz"),
                get("/verify"), get("/verify", bearer: demo.apiKey), request("HEAD", "/verify", bearer: demo.apiKey),
                get("/verify", bearer: token), get("/verify", bearer: unknown), get("/verify", bearer: "x"),
                get("/verify?scope=data.read", bearer: demo.apiKey),
                get("/verify?scope=data.write", bearer: demo.apiKey),
                get("/verify?scope=%22", bearer: demo.apiKey), get("/verify?scope=a&scope=b", bearer: demo.apiKey),
                get("/verify?", bearer: demo.apiKey), get("/verify?a=b?c", bearer: demo.apiKey),
                request("GET", "/verify", "Authorization: Bearer \(demo.apiKey)\r\nAuthorization: Bearer \(token)\r\n"),
                request("GET", "/verify", "X-Forwarded-For: 192.0.2.1\r\n", bearer: demo.apiKey),
                get("/oauth2/jwks"), request("HEAD", "/oauth2/jwks"), request("DELETE", "/oauth2/jwks"),
                get("/.well-known/oauth-authorization-server"),
                request("POST", "/.well-known/oauth-authorization-server"),
            ]
            for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "LOCK", "PROPFIND", "TRACE"] {
                requests.append(request(method, "/verify", bearer: demo.apiKey))
                requests.append(request(method, "/oauth2/token"))
            }
            for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
                let bodies = [
                    "", "grant_type=client_credentials", "grant_type=password", "token=x",
                    "token=\(token)&scope=nothing",
                    "token=\(demo.apiKey)", "token=\(token)&token=x", "%",
                    "grant_type=client_credentials&scope=nothing",
                    "grant_type=client_credentials&resource=urn%3Anobody", "token=x&client_address=y",
                    "grant_type=client_credentials&client_secret=x",
                ]
                for body in bodies {
                    for authorization in [
                        client, backend, "", "Authorization: Basic x\r\n", "Authorization: Bearer x\r\n",
                    ] {
                        // A token is another one each time, and a revoked one is written down.
                        if path.hasSuffix("token"), body == bodies[1], authorization == client { continue }
                        if path.hasSuffix("revoke"), body.contains(token), authorization == client { continue }
                        requests.append(request("POST", path, typed + authorization, body: body))
                    }
                }
                requests.append(request("POST", path, client, body: "grant_type=client_credentials"))
                requests.append(request("POST", path, "Content-Type: application/json\r\n", body: "{}"))
                requests.append(get(path))
            }
            for request in requests {
                let bodiless: Set<Int> = request.hasPrefix("HEAD") ? [0] : []
                _ = try server.exchange(request, bodiless: bodiless)
                let alone = try server.exchange(request, bodiless: bodiless)[0]
                let behind = try server.exchange(
                    get("/readyz") + request, answers: 2, bodiless: bodiless.isEmpty ? [] : [1])[1]
                #expect(withoutRequestID(behind) == withoutRequestID(alone), "\(request)")
                #expect(alone["x-request-id"]?.utf8.count == 12)
                #expect(alone["date"] != nil)
            }
        }
    }

    @Test func `a reply to HEAD has the fields of GET and no body`() async throws {
        try await ServerProcess.withDemo { server, demo in
            for path in ["/healthz", "/oauth2/jwks", "/verify", "/readyz", "/openapi.yaml", "/nowhere", "/api/v1/me"] {
                let full = try server.exchange(get(path))[0]
                // Alone, and behind another through the ordinary door.
                let two = try server.exchange(
                    request("HEAD", path) + get("/readyz") + request("HEAD", path), answers: 3, bodiless: [0, 2])
                for answer in [two[0], two[2]] {
                    #expect(answer.status == full.status)
                    #expect(answer["content-length"] == full["content-length"])
                }
            }
        }
    }

    @Test func `the server ends a connection when it is asked to`() async throws {
        try await ServerProcess.withDemo { server, _ in
            for path in ["/healthz", "/verify", "/readyz", "/nowhere"] {
                for close in ["close", "Close", "keep-alive, close"] {
                    let answers = try server.exchangeToTheEnd(
                        request("GET", path, "Connection: \(close)\r\n") + get("/healthz"))
                    #expect(answers.count == 1)
                }
            }
        }
    }

    @Test func `HTTP 1.0 is answered, and the connection ended`() async throws {
        try await ServerProcess.withDemo { server, _ in
            for path in ["/healthz", "/verify", "/readyz"] {
                let answers = try server.exchangeToTheEnd("GET \(path) HTTP/1.0\r\n\r\n")
                #expect(answers.count == 1)
                #expect(answers.first.map { [200, 401].contains($0.status) } == true)
            }
        }
    }

    @Test func `a method that a hot path does not have is 405 with Allow`() async throws {
        try await ServerProcess.withDemo { server, _ in
            for (path, allowed) in [
                ("/healthz", "GET, HEAD"), ("/oauth2/jwks", "GET, HEAD"), ("/oauth2/token", "POST"),
                ("/oauth2/introspect", "POST"), ("/oauth2/revoke", "POST"),
                ("/.well-known/oauth-authorization-server", "GET, HEAD"),
            ] {
                for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "LOCK"]
                where !allowed.contains(method) {
                    let answer = try server.exchange(request(method, path))[0]
                    #expect(answer.status == 405)
                    #expect(answer["allow"] == allowed)
                }
            }
        }
    }

    @Test func `a method that any other path does not have is 405 with Allow too, and HEAD is as GET`() async throws {
        try await ServerProcess.withDemo { server, demo in
            for (path, allowed) in [
                ("/oauth2/authorize", "GET, HEAD, POST"), ("/oauth2/logout", "GET, HEAD, POST"),
                ("/oauth2/userinfo", "GET, HEAD, POST"), ("/.well-known/openid-configuration", "GET, HEAD"),
                ("/readyz", "GET, HEAD"), ("/openapi.yaml", "GET, HEAD"), ("/sign-in", "GET, HEAD, POST"),
                ("/sign-out", "GET, HEAD, POST"), ("/consent", "GET, HEAD, POST"), ("/account", "GET, HEAD"),
                ("/api/v1/me", "GET, HEAD"), ("/api/v1/organizations/x/api-keys", "GET, HEAD, POST"),
                ("/api/v1/organizations/x/apps/y", "DELETE, GET, HEAD, PATCH"),
            ] {
                let taken = Set(allowed.split(separator: ", ").map(String.init))
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "LOCK", "TRACE"]
                where !taken.contains(method) {
                    let answer = try server.exchange(request(method, path, bearer: demo.operatorKey))[0]
                    #expect(answer.status == 405, "\(method) \(path)")
                    #expect(answer["allow"] == allowed)
                    #expect(answer["cache-control"] == "no-store")
                    #expect(answer["x-content-type-options"] == "nosniff")
                    #expect(answer["x-request-id"] != nil)
                }
                let head = try server.exchange(
                    request("HEAD", path, bearer: demo.operatorKey), bodiless: [0])[0]
                let got = try server.exchange(request("GET", path, bearer: demo.operatorKey))[0]
                #expect(head.status == got.status, "\(path)")
                let names = { (answer: RawAnswer) in Set(answer.fields.map { $0.name.lowercased() }) }
                #expect(names(head).union(["content-length"]) == names(got).union(["content-length"]), "\(path)")
            }
            #expect(try server.exchange(request("PUT", "/nothing"))[0].status == 404)
        }
    }

    private func withoutRequestID(_ answer: RawAnswer) -> String {
        guard let id = answer["x-request-id"] else { return "\(answer)" }
        return "\(answer)".replacingOccurrences(of: id, with: "…")
    }
}

func request(_ method: String, _ path: String, _ fields: String = "", bearer: String? = nil, body: String? = nil)
    -> String
{
    let authorization = bearer.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    let length = body.map { "Content-Length: \($0.utf8.count)\r\n" } ?? ""
    return "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(authorization)\(fields)\(length)\r\n\(body ?? "")"
}

func get(_ path: String, bearer: String? = nil) -> String { request("GET", path, bearer: bearer) }

func basic(_ client: DemoCredentials.Client) -> String {
    "Authorization: Basic \(Data("\(client.id):\(client.secret)".utf8).base64EncodedString())\r\n"
}
