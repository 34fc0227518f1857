import Foundation
import TestSupport
import Testing

/// What HTTP demands of every request, on a hot route, on ordinary ones, and where metrics are told.
@Suite("The rules of HTTP", .serialized)
struct WireRulesTests {
    private static let form = "Content-Type: application/x-www-form-urlencoded\r\n"

    /// Raw text with `PATH` in it, and the status that is due.
    private static let refused: [(String, Int)] = [
        ("GET PATH HTTP/1.1\r\n\r\n", 400), ("GET PATH HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET PATH HTTP/1.1\r\nHost: a b\r\n\r\n", 400), ("GET PATH HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("GET PATH HTTP/1.1\r\nHost:\r\n\r\n", 400), ("GET PATH HTTP/1.0\r\nHost: a@b\r\n\r\n", 400),
        ("BREW PATH HTTP/1.1\r\nHost: a\r\n\r\n", 501), ("get PATH HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        ("POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        ("POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413),
        ("POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", 413),
        ("POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        ("POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 3x\r\n\r\n", 400),
        ("GET PATH HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417), ("GET PATH HTTP/3.7\r\nHost: a\r\n\r\n", 505),
        ("GET PATH#x HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{0}PATH\r\n\r\n", 400),
    ]

    @Test func `what breaks them is refused everywhere alike, and the connection ended`() async throws {
        let port = try FreePort.find()
        try await ServerProcess.withDemo(arguments: ["--metrics", "127.0.0.1:\(port)"]) { server, _ in
            for (text, status) in Self.refused {
                for path in [
                    "/verify", "/oauth2/token", "/readyz", "/sign-in", "/api/v1/me", "/oauth2/userinfo", "/nowhere",
                ] {
                    let answers = try server.exchangeToTheEnd(text.replacing("PATH", with: path) + get("/healthz"))
                    #expect(answers.map(\.status) == [status], "\(path): \(text)")
                    #expect(answers.first?["x-request-id"]?.utf8.count == 12, "\(path): \(text)")
                    #expect(answers.first?["connection"]?.lowercased() == "close", "\(path): \(text)")
                }
                // The listener of metrics has no routes with bodies; what is too large for all is too large for it.
                guard status != 413 else { continue }
                let metrics = try RawConnection(port: port)
                metrics.send(text.replacing("PATH", with: "/metrics") + get("/metrics"))
                let answers = try RawAnswers(metrics.receive()).answers
                #expect(metrics.hasEnded)
                #expect(answers.map(\.status) == [status], "metrics: \(text)")
            }
            // The parser's refusals stand in the log too.
            #expect(try await eventually { server.log.contains("unknown method") })
        }
    }

    @Test func `who waits for leave to send gets it or the answer, on every route`() async throws {
        try await ServerProcess.withDemo { server, demo in
            for (path, fields, body, status) in [
                ("/oauth2/token", Self.form + basic(demo.integration), "grant_type=client_credentials", 200),
                ("/verify", "Authorization: Bearer \(demo.apiKey)\r\n", "x", 200),
                (
                    "/api/v1/organizations",
                    "Authorization: Bearer \(demo.operatorKey)\r\nContent-Type: application/json\r\n", "{}", 422
                ),
                ("/sign-in", Self.form, "x=y", 403), ("/oauth2/userinfo", Self.form, "access_token=x", 401),
                ("/nowhere", "", "x", 404), ("/readyz", "", "x", 405),
            ] {
                for length in ["Content-Length: \(body.utf8.count)\r\n", "Transfer-Encoding: chunked\r\n"] {
                    let connection = try RawConnection(port: server.port)
                    connection.send(request("POST", path, fields + length + "Expect: 100-continue\r\n"))
                    let leave = "HTTP/1.1 100 Continue\r\n\r\n"
                    var bytes = connection.receive { $0.count >= leave.utf8.count }
                    #expect(String(decoding: bytes.prefix(leave.utf8.count), as: UTF8.self) == leave, "\(path)")
                    bytes.removeFirst(min(bytes.count, leave.utf8.count))
                    let isChunked = length.hasPrefix("T")
                    connection.send(isChunked ? "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n" : body)
                    bytes += connection.receive { more in
                        ((try? RawAnswers(bytes + more).answers.count) ?? 0) >= 1
                    }
                    #expect(try RawAnswers(bytes).answers.first?.status == status, "\(path)")
                }
                let tooLarge = try server.exchangeToTheEnd(
                    request("POST", path, fields + "Content-Length: 70000\r\nExpect: 100-continue\r\n"))
                #expect(tooLarge.map(\.status) == [413], "\(path)")
            }
        }
    }

    /// Clients such as Python's `requests` read nothing before all is sent.
    @Test func `who sends all of it before reading gets the refusal`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let much = String(repeating: "y", count: 5 << 20)
            for (text, status) in [
                (request("GET", "/verify", "X: \(much)\r\n"), 431), (request("GET", "/readyz", "X: \(much)\r\n"), 431),
                (request("POST", "/oauth2/token", Self.form, body: much), 413),
                (request("POST", "/api/v1/organizations", "Connection: close\r\n", body: much), 413),
                (request("POST", "/sign-in", Self.form, body: much), 413),
                (request("POST", "/nowhere", "Connection: close\r\n", body: String(much.prefix(60_000))), 404),
                (request("POST", "/verify", "Content-Length: 3x\r\n") + much, 400),
                (request("BREW", "/verify") + much, 501),
            ] {
                let connection = try RawConnection(port: server.port)
                #expect(connection.send(text) == text.utf8.count, "\(text.prefix(80))")
                let answers = try RawAnswers(connection.receive()).answers
                #expect(answers.map(\.status) == [status], "\(text.prefix(80))")
                #expect(connection.hasEnded)
            }
            #expect(try await server.verify(demo.apiKey).status == 200)
        }
    }

    @Test func `a client that leaves in mid-body is a line of its own in the log, and no error`() async throws {
        try await ServerProcess.withDemo { server, demo in
            for path in ["/sign-in", "/oauth2/token", "/oauth2/userinfo", "/api/v1/organizations"] {
                let fields =
                    path.hasPrefix("/api")
                    ? "Authorization: Bearer \(demo.operatorKey)\r\nContent-Type: application/json\r\n" : Self.form
                // Twice through each door: alone, and behind another request.
                for before in ["", get("/readyz")] {
                    let connection = try RawConnection(port: server.port)
                    connection.send(before + request("POST", path, fields + "Content-Length: 100\r\n") + "x")
                    connection.finishSending()
                    _ = connection.receive()
                }
            }
            // Lines are written within a moment; a request's, by when its successor's is. Loops do not wait for each other.
            let marker = try await server.get("/nowhere").headers["x-request-id"] ?? "?"
            var left: [Substring] = []
            try await eventually {
                left = server.log.split(separator: "\n").filter { $0.contains("client left") }
                return left.count >= 8 && server.log.contains(marker)
            }
            #expect(left.count == 8, "\(server.log)")
            #expect(left.allSatisfy { $0.contains(" info ") && $0.contains("status=499") })
            #expect(!server.log.contains("status=5") && !server.log.contains(" error "))
        }
    }
}
