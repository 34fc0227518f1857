import CredentialFormat
import Foundation
import TestSupport
import Testing

/// Noise and floods, against a server of their own: what they leave behind would slow others down.
@Suite("Floods: P8, K8", .server(on: [.sqlite]), .serialized)
struct FloodTests {
    private static let brand = Brand("clv") ?? .claviger

    /// Sends requests on one connection after the other's reply, and gives the statuses.
    private func statuses(of credentials: [String], port: Int) throws -> [Int: Int] {
        let connection = try RawConnection(port: port)
        var counts: [Int: Int] = [:]
        for credential in credentials {
            connection.send("GET /verify HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(credential)\r\n\r\n")
            let answer = connection.receive { $0.suffix(4).elementsEqual("\r\n\r\n".utf8) }
            let status = Int(String(decoding: answer.dropFirst(9).prefix(3), as: UTF8.self)) ?? 0
            counts[status, default: 0] += 1
        }
        return counts
    }

    private func residentKiB(_ server: ServerProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(server.identifier)/status", encoding: .utf8)
        let number = try #require(status.firstMatch(of: /VmRSS:\s+(\d+) kB/)).1
        return try #require(Int(number))
    }

    @Test(.endedIfItHangs)
    func `K8: a flood of random keys is refused, reaches the database at a bounded rate and does not fill the memory`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        func random(_ count: Int) -> [String] {
            (0..<count).map { _ in MintedSecret(.apiKey, brand: Self.brand).reveal() }
        }
        #expect(try await server.verify(demo.apiKey).status == 200)
        let warm = try statuses(of: random(500), port: server.port)
        #expect(Set(warm.keys).isSubset(of: [401, 429]))
        let before = try residentKiB(server)
        let clock = ContinuousClock()
        let start = clock.now
        let counts = try statuses(of: random(4000), port: server.port)
        let seconds = Double((clock.now - start).components.seconds + 1)
        #expect(Set(counts.keys).isSubset(of: [401, 429]), "\(counts)")
        // 401 is the answer of a look-up that found nothing: 100 at once and 50 a second from one address.
        #expect(Double(counts[401, default: 0]) <= 100 + 50 * seconds, "\(counts) in \(seconds) s")
        #expect(counts[429, default: 0] > 0)
        #expect(try residentKiB(server) - before < 16 * 1024)
        #expect(try await server.verify(demo.apiKey).status == 200)
    }

    @Test func `K8: what fails its checksum is refused without a look-up, however much of it comes`() async throws {
        let (server, _) = try RunningServer.current
        let garbage = (0..<1000).map { number in
            var text = Array(MintedSecret(.apiKey, brand: Self.brand).reveal().utf8)
            text[20] = text[20] == 0x61 ? 0x62 : 0x61
            return number.isMultiple(of: 2)
                ? String(decoding: text, as: UTF8.self) : String(repeating: "x", count: number)
        }
        let counts = try statuses(of: garbage.filter { !$0.isEmpty }, port: server.port)
        #expect(Set(counts.keys) == [401], "\(counts)")
    }

    // MARK: P8

    @Test(.endedIfItHangs, arguments: [1, 2, 3] as [UInt64])
    func `P8: noise is answered by a refusal and never ends the server`(_ seed: UInt64) async throws {
        let (server, demo) = try RunningServer.current
        let identifier = server.identifier
        var noise = Noise(seed: seed, demo)
        for number in 0..<700 {
            let request = noise.request()
            let connection = try RawConnection(port: server.port)
            connection.send(request)
            connection.finishSending()
            let answer = String(decoding: connection.receive(), as: UTF8.self)
            // That it does not know a method, a transfer coding or a version is all that it may say of itself.
            #expect(
                answer.firstMatch(of: #/HTTP\/1\.1 5(?!01|05)/#) == nil,
                "seed \(seed), request \(number): \(String(decoding: request.prefix(2000), as: UTF8.self))\n\(answer)")
        }
        #expect(server.isRunning)
        #expect(server.identifier == identifier)
        #expect(try await server.get("/healthz").status == 200)
        #expect(try await server.verify(demo.apiKey).status == 200)
        #expect(!server.log.contains("unexpected error"))
    }

    @Test(.endedIfItHangs, arguments: [1, 100, 129, 10_000])
    func `P8: very many headers do not end the server`(_ count: Int) async throws {
        let (server, _) = try RunningServer.current
        let connection = try RawConnection(port: server.port)
        connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n")
        connection.send((0..<count).map { "X-\($0): y\r\n" }.joined() + "\r\n")
        connection.finishSending()
        let answer = String(decoding: connection.receive(), as: UTF8.self)
        #expect(answer.hasPrefix(count < 120 ? "HTTP/1.1 200" : "HTTP/1.1 4") || (count > 120 && answer.isEmpty))
        #expect(try await server.get("/healthz").status == 200)
    }

    @Test(.endedIfItHangs) func `P8: a header or target without end does not end the server`() async throws {
        let (server, _) = try RunningServer.current
        for start in ["GET /", "GET /verify HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ", "GET / HTTP/1.1\r\nX"] {
            let connection = try RawConnection(port: server.port)
            connection.send(start)
            connection.send(String(repeating: "a", count: 4 << 20))
            connection.finishSending()
            let answer = String(decoding: connection.receive(), as: UTF8.self)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
        }
        #expect(try await server.get("/healthz").status == 200)
    }
}

/// Requests that are nearly right: valid ones with parts exchanged for noise, so that they get past the first parser.
private struct Noise {
    private var generator: SeededGenerator
    private let demo: DemoCredentials
    private let words: [String]

    init(seed: UInt64, _ demo: DemoCredentials) {
        generator = SeededGenerator(seed: seed)
        self.demo = demo
        words = [
            demo.account, demo.apiKey, demo.operatorKey, demo.integration.id, demo.integration.secret, "limit",
            "cursor",
            "scope", "data.read", "%", "%00", "%zz", "%C3%28", "+", "&", "=", "?", "..", "//", "null", "[", "{", "\"",
            "\\u0000", "\\ud800", "9223372036854775808", "-9223372036854775809", "1e999", "0", "-1", "\u{202E}", "é",
            "org_", "key_0000000000000000000000", "clv_key_", "clv_at_", "clv_at_AAAAAAAA", "eyJhbGciOiJub25lIn0.e30.",
            "Bearer ", "Basic ", "Basic Og==", "for=", "\"[::1]\"", "::ffff:1.2.3.4", "W/\"1\"", "\"1\"", "*",
            "2026-02-30T00:00:00Z", "9999-12-31T23:59:60Z", "T", "/", "1.1.1.1/33",
        ]
    }

    private mutating func one<C: RandomAccessCollection>(of values: C) -> C.Element {
        values[values.index(values.startIndex, offsetBy: Int.random(in: 0..<values.count, using: &generator))]
    }

    private mutating func chance(_ denominator: Int) -> Bool { Int.random(in: 0..<denominator, using: &generator) == 0 }

    private mutating func junk(_ limit: Int = 24) -> [UInt8] {
        (0..<Int.random(in: 0...limit, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private mutating func text() -> String {
        (0..<Int.random(in: 1...4, using: &generator)).map { _ in one(of: words) }.joined()
    }

    private mutating func target() -> String {
        let account = demo.account
        var path = one(of: [
            "/verify", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/jwks", "/healthz", "/readyz",
            "/api/v1/me", "/api/v1/accounts", "/api/v1/organizations/\(account)/api-keys",
            "/api/v1/organizations/\(account)/integrations", "/api/v1/organizations/\(account)/members",
            "/api/v1/organizations/\(account)/audit-events",
            "/api/v1/organizations/\(account)/integrations/\(demo.integration.id)",
            "/api/v1/organizations/\(account)/integrations/\(demo.integration.id)/tokens", "/openapi.json", "/", "*",
        ])
        if chance(4) { path += "/" + text() }
        if chance(2) {
            let name = one(of: ["limit", "cursor", "include", "scope", "since", "Authorization", "action", text()])
            path += "?\(name)=\(text())"
        }
        return path.replacing(" ", with: "%20")
    }

    private mutating func body() -> String {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: ""
        case 1: "grant_type=client_credentials&client_id=\(demo.integration.id)&client_secret=\(text())&\(text())"
        case 2:
            "token=\(text())&client_address=\(text())&client_id=\(demo.integration.id)&client_secret=\(demo.integration.secret)"
        case 3: "{\"name\":\"\(text())\",\"scopes\":[\"\(text())\"],\"lifetime_seconds\":\(text())}"
        case 4:
            "{\"name\":\"K\",\"scopes\":[\"data.read\"],\"lifetime_seconds\":\(one(of: ["9223372036854775807", "1", "-1", "1.5"])),"
                + "\"allowed_addresses\":[\"\(one(of: words))\"]}"
        default: text()
        }
    }

    mutating func request() -> [UInt8] {
        if chance(12) { return junk(400) }
        let method = one(of: [
            "GET", "GET", "POST", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "BREW",
        ])
        let body = body()
        var lines = ["\(method) \(target()) HTTP/1.1", "Host: a", "Connection: close"]
        let authorization = one(of: [
            "Bearer \(demo.operatorKey)", "Bearer \(demo.operatorKey)", "Bearer \(demo.apiKey)", "Bearer \(text())",
            "Basic \(Data(text().utf8).base64EncodedString())", text(),
        ])
        lines.append("Authorization: \(authorization)")
        lines.append(
            "Content-Type: " + one(of: ["application/json", "application/x-www-form-urlencoded", text()]))
        if chance(3) {
            let name = one(of: [
                "If-Match", "Idempotency-Key", "X-Forwarded-For", "Forwarded", "X-Original-URI", "Expect", "Cookie",
                "X-Request-Id", "Transfer-Encoding", "Upgrade", "Content-Length",
            ])
            lines.append("\(name): \(text())")
        }
        lines.append("Content-Length: \(chance(20) ? body.utf8.count / 2 : body.utf8.count)")
        var bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
        if chance(3), !bytes.isEmpty {
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
        }
        return bytes
    }
}
