import Foundation
import TestSupport
import Testing

/// Clients that break the rules or mean harm.
@Suite("Hostile clients", .serialized)
struct HostileWireTests {
    private static let form = "Content-Type: application/x-www-form-urlencoded\r\n"

    @Test func `a body of 64 KiB is read, one byte more is 413 and the end`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let fields = Self.form + basic(demo.integration)
            let most = "grant_type=client_credentials&x=" + String(repeating: "y", count: 65_536 - 32)
            #expect(most.utf8.count == 65_536)
            #expect(try server.exchange(request("POST", "/oauth2/token", fields, body: most))[0].status == 200)
            #expect(try server.exchange(chunked(fields, [most]))[0].status == 200)
            for path in ["/oauth2/token", "/oauth2/introspect", "/verify"] {
                let answers = try server.exchangeToTheEnd(
                    request("POST", path, fields, body: most + "y") + get("/healthz"))
                #expect(answers.map(\.status) == [413])
                guard path != "/verify" else { continue }
                #expect(answers.first?["content-type"] == "application/json")
                #expect(answers.first?["cache-control"] == "no-store")
                #expect(answers.first?.text.contains("\"error\":\"invalid_request\"") == true)
            }
            let answers = try server.exchangeToTheEnd(chunked(fields, [most, "y", most]) + get("/healthz"))
            #expect(answers.map(\.status) == [413])
            // And behind another request, through the ordinary door.
            let behind = try server.exchange(
                get("/readyz") + request("POST", "/oauth2/token", fields, body: most + "y"), answers: 2)
            #expect(behind.map(\.status) == [200, 413])
            #expect(behind.last?["cache-control"] == "no-store")
            #expect(behind.last?.text.contains("\"error\":\"invalid_request\"") == true)
            // What is announced need not arrive.
            let announced = request("POST", "/oauth2/token", fields + "Content-Length: 1000000000000\r\n")
            #expect(try server.exchange(announced + String(repeating: "y", count: 70_000))[0].status == 413)
            #expect(try server.exchange(get("/healthz"))[0].status == 200)
        }
    }

    @Test func `a chunked body is read like another, however it is cut`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let fields = Self.form + basic(demo.integration)
            let body = "grant_type=client_credentials&scope=data.read"
            for pieces in [[body], body.map(String.init), [String(body.prefix(7)), String(body.dropFirst(7))]] {
                let answer = try server.exchange(chunked(fields, pieces))[0]
                #expect(answer.status == 200)
                #expect(answer.text.contains("\"scope\":\"data.read\""))
            }
            for broken in [
                "Z\r\nabc\r\n0\r\n\r\n", "-1\r\na\r\n0\r\n\r\n", "ffffffffffffffffff\r\na\r\n",
                "3\r\nabcd\r\n0\r\n\r\n",
            ] {
                let head = request("POST", "/oauth2/token", fields + "Transfer-Encoding: chunked\r\n")
                let answers = try server.exchangeToTheEnd(head + broken)
                #expect(answers.allSatisfy { $0.status == 400 })
            }
            #expect(try server.exchange(get("/healthz"))[0].status == 200)
        }
    }

    /// Requests whose end nobody can be sure of, and the status that is due.
    private static let ambiguous = [
        ("Content-Length: 3\r\nContent-Length: 4\r\n", 400), ("Content-Length: 3, 4\r\n", 400),
        ("Content-Length: -1\r\n", 400), ("Content-Length: 3x\r\n", 400),
        ("Content-Length: 99999999999999999999\r\n", 413), ("Content-Length: 0x3\r\n", 400),
        ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400), ("Transfer-Encoding: x\r\n", 501),
        ("No colon\r\n", 400), ("Na me: x\r\n", 400), ("X: a\u{0}b\r\n", 400), (" folded: x\r\n", 400),
    ]

    @Test func `a request whose end nobody can be sure of is refused, and the connection ends`() async throws {
        try await ServerProcess.withDemo { server, _ in
            for (fields, status) in Self.ambiguous {
                let head = "POST /verify HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
                let answers = try server.exchangeToTheEnd(head + "abc" + get("/healthz"))
                #expect(answers.map(\.status) == [status], "\(fields)")
            }
            #expect(try server.exchange(get("/healthz"))[0].status == 200)
        }
    }

    @Test func `a request that arrives byte by byte is answered`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let fields = Self.form + basic(demo.integration)
            for text in [
                get("/verify", bearer: demo.apiKey),
                request("POST", "/oauth2/token", fields, body: "grant_type=client_credentials"),
            ] {
                let connection = try RawConnection(port: server.port)
                for byte in text.utf8 { connection.send([byte]) }
                #expect(try connection.answers(1)[0].status == 200)
            }
        }
    }

    @Test func `floods of header fields are refused, and the server lives`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let many = (0..<200).map { "X-\($0): y\r\n" }.joined()
            let huge = "X-Huge: " + String(repeating: "y", count: 100 * 1024) + "\r\n"
            let enormous = (0..<5000).map { "X-\($0): \(String(repeating: "z", count: 20))\r\n" }.joined()
            let long = "Authorization: Bearer " + String(repeating: "a", count: 20_000) + "\r\n"
            for fields in [many, huge, enormous, long] {
                for path in ["/verify", "/readyz", "/oauth2/token"] {
                    let answers = try server.exchangeToTheEnd(request("GET", path, fields))
                    #expect(answers.allSatisfy { (400..<500).contains($0.status) })
                }
            }
            let target = try server.exchangeToTheEnd(get("/verify?" + String(repeating: "a", count: 200_000)))
            #expect(target.allSatisfy { (400..<500).contains($0.status) })
            #expect(server.isRunning)
            #expect(try await server.verify(demo.apiKey).status == 200)
        }
    }

    @Test func `noise kills nothing`() async throws {
        try await ServerProcess.withDemo { server, demo in
            var generator = SeededGenerator(seed: 4)
            let alphabet = Array("GET POST /verify?scope= HTTP/1.1\r\n\r\n:%\u{0}\u{FF}Authorization: Bearer ".utf8)
            for _ in 0..<200 {
                let connection = try RawConnection(port: server.port)
                connection.send(
                    (0..<Int.random(in: 1...300, using: &generator)).map { _ in
                        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                    })
                connection.finishSending()
            }
            #expect(server.isRunning)
            #expect(try await server.verify(demo.apiKey).status == 200)
        }
    }

    @Test func `nothing that a caller sends gets into the header of an answer (R9)`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let evil = [
                "a%0d%0aX-Evil:%201", "a%0aX-Evil:1", "a%0dX-Evil:1", "%E5%98%8A%E5%98%8DX-Evil:1", "a%00b", "a\"b",
                "%22,x=%22",
            ]
            var texts: [String] = []
            for word in evil {
                texts.append(get("/verify?scope=\(word)", bearer: demo.apiKey))
                texts.append(get("/verify?Authorization=Bearer+\(word)"))
                texts.append(get("/\(word)"))
                texts.append(get("/api/v1/organizations/\(word)", bearer: demo.operatorKey))
                texts.append(get("/api/v1/organizations?cursor=\(word)&limit=\(word)", bearer: demo.operatorKey))
                for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
                    for name in ["grant_type", "scope", "resource", "token", "client_id", "client_address"] {
                        let body = "\(name)=\(word)" + (name == "grant_type" ? "" : "&grant_type=client_credentials")
                        texts.append(request("POST", path, Self.form + basic(demo.integration), body: body))
                    }
                }
            }
            for field in [
                "X-Request-Id", "Host", "Origin", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "If-Match",
                "Idempotency-Key", "Accept", "X-Original-URI", "X-Forwarded-Uri", "Authorization", "Cookie",
            ] {
                for value in ["evil.example", "a\u{D}X-Evil: 1", "\"evil", "a\u{B}b"] {
                    for path in ["/verify", "/api/v1/me", "/nowhere", "/readyz"] {
                        texts.append(
                            "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(field): \(value)\r\nConnection: close\r\n\r\n"
                        )
                    }
                }
            }
            for text in texts {
                for answer in try server.exchange(text) {
                    for (name, value) in answer.fields {
                        #expect(!name.lowercased().contains("evil"))
                        #expect(
                            !value.lowercased().contains("evil") && value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
                        )
                    }
                    #expect((200..<500).contains(answer.status), "\(text)")
                }
            }
            #expect(!server.log.contains("\nX-Evil"))
        }
    }

    @Test func `a client that sends and never reads does not grow the server, and stops nobody`() async throws {
        try await ServerProcess.withDemo { server, demo in
            #expect(try await server.verify(demo.apiKey).status == 200)
            let before = try residentBytes(server)
            let one = get("/verify", bearer: demo.apiKey)
            let all = Array(String(repeating: one, count: 200_000).utf8)
            let connection = try RawConnection(port: server.port, sending: 3)
            let taken = connection.send(all)
            // The server stopped reading, so the rest stayed with the client.
            #expect(taken < all.count)
            #expect(try residentBytes(server) - before < 32 << 20)
            #expect(try await server.verify(demo.apiKey).status == 200)
            // Whoever reads after all gets the answers in their order.
            #expect(try connection.answers(100).allSatisfy { $0.status == 200 })
        }
    }

    private func chunked(_ fields: String, _ pieces: [String]) -> String {
        let body = pieces.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
        return request("POST", "/oauth2/token", fields + "Transfer-Encoding: chunked\r\n") + body
    }

    /// What the process holds of memory.
    private func residentBytes(_ server: ServerProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(server.identifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0)
            * 1024
    }
}
