import Foundation
import TestSupport
import Testing

/// The real server and more connections than it takes.
@Suite("Limits on connections", .serialized)
struct ConnectionLimitTests {
    private static let alive = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Whether a connection is answered on.
    private func isServed(_ connection: RawConnection) -> Bool {
        connection.send(Self.alive)
        return String(decoding: connection.receive { $0.count > 12 }, as: UTF8.self).hasPrefix("HTTP/1.1 200")
    }

    @Test func `the longest idle ones make room, whole requests or halves, and the log and the metrics say so`()
        async throws
    {
        let port = try FreePort.find()
        let arguments = [
            "--max-connections", "16", "--trusted-proxies", "127.0.0.1", "--metrics", "127.0.0.1:\(port)",
        ]
        try await ServerProcess.withDemo(arguments: arguments) { server, demo in
            var held: [RawConnection] = []
            for number in 0..<64 {
                let connection = try RawConnection(port: server.port)
                if number % 2 == 0 {
                    connection.send("POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx")
                } else {
                    #expect(isServed(connection), "\(number)")
                }
                held.append(connection)
            }
            // The first ones were closed, and whoever comes is served.
            for connection in held.prefix(16) {
                _ = connection.receive()
                #expect(connection.hasEnded)
            }
            #expect(try await server.verify(demo.apiKey).status == 200)
            let metrics = try await Front(base: "http://127.0.0.1:\(port)").get("/metrics").text
            #expect(metrics.contains("claviger_connections_limit 16\n"))
            #expect(!metrics.contains("claviger_connections_evicted_total 0\n"))
            // It is told once a minute, however often it happens.
            try await becomes("it says so") { server.log.contains("longest idle") }
            let told = server.log.split(separator: "\n").filter { $0.contains("longest idle") }
            #expect(told.count <= 3, "\(server.log)")
        }
    }

    @Test func `one address cannot take all places`() async throws {
        try await ServerProcess.withDemo(arguments: ["--max-connections-per-address", "8"]) { server, _ in
            var held: [RawConnection] = []
            for _ in 0..<8 {
                let connection = try RawConnection(port: server.port)
                if isServed(connection) { held.append(connection) }
            }
            // The tests' own client may keep one or two from the start.
            #expect(held.count >= 4)
            let refused = try RawConnection(port: server.port)
            _ = refused.receive()
            #expect(refused.hasEnded)
            #expect(held.allSatisfy { isServed($0) })
            #expect(server.log.contains("127.0.0.1"))
        }
    }

    @Test(.endedIfItHangs)
    func `where the system has no descriptor left, the server rests, says so, and goes on`() async throws {
        let port = try FreePort.find()
        let arguments = ["--trusted-proxies", "127.0.0.1", "--metrics", "127.0.0.1:\(port)"]
        try await ServerProcess.withDemo(arguments: arguments) { server, demo in
            #expect(try await server.verify(demo.apiKey).status == 200)
            let front = Front(base: "http://127.0.0.1:\(port)")
            _ = try await front.get("/metrics")
            // So that eight are free.
            let open = try descriptors(of: server)
            let few = try #require((0...open.count + 8).filter { !open.contains($0) }.dropFirst(8).first)
            let script =
                "import resource; resource.prlimit(\(server.identifier), resource.RLIMIT_NOFILE, (\(few), \(few)))"
            let command = try await FinishedCommand.python(["-c", script])
            try #require(command.status == 0, "\(command.text)")
            var held: [RawConnection] = []
            for _ in 0..<24 { held.append(try RawConnection(port: server.port)) }
            for connection in held { connection.send(Self.alive) }
            let isTold = try await eventually { server.log.contains("no file descriptor left") }
            #expect(isTold)
            // Each of them is served in the end, because the idle ones before it go.
            #expect(
                held.suffix(4).allSatisfy { connection in
                    String(decoding: connection.receive { $0.count > 12 }, as: UTF8.self).hasPrefix("HTTP/1.1 200")
                })
            // The metrics need a descriptor, too.
            held = []
            let text = try await front.get("/metrics").text
            let count = text.firstMatch(of: #/reason="descriptors"} (\d+)/#).flatMap { Int($0.output.1) }
            // It would be tens of thousands a second if it tried again at once.
            #expect(try #require(count) < 2000)
            // One line a minute for each of the two listeners, which counts its own.
            #expect(server.log.split(separator: "\n").filter { $0.contains("no file descriptor left") }.count <= 4)
            #expect(try await server.verify(demo.apiKey).status == 200)
        }
    }

    private func descriptors(of server: ServerProcess) throws -> Set<Int> {
        let folder = "/proc/\(server.identifier)/fd"
        return Set(try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { Int($0) })
    }

    @Test func `the soft limit on descriptors is raised to the hard one`() async throws {
        try await ServerProcess.withDemo { server, _ in
            let limits = try String(contentsOfFile: "/proc/\(server.identifier)/limits", encoding: .utf8)
            let line = try #require(limits.firstMatch(of: #/Max open files +(\d+) +(\d+)/#))
            let (soft, hard) = (try #require(Int(line.output.1)), try #require(Int(line.output.2)))
            #expect(soft == min(hard, 1 << 20))
        }
    }
}
