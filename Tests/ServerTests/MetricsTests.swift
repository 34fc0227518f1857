import Foundation
import TestSupport
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test func `they are told at an address of their own, and at no other`() async throws {
        let port = try FreePort.find()
        try await ServerProcess.withDemo(arguments: ["--metrics", "127.0.0.1:\(port)"]) { server, demo in
            let front = Front(base: "http://127.0.0.1:\(port)")
            _ = try await server.get("/verify", bearer: demo.apiKey)
            let answer = try await front.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = answer.text.split(separator: "\n")
            #expect(lines.contains("claviger_feed_trusted 1"))
            #expect(lines.contains("claviger_feed_nodes 1"))
            #expect(lines.contains(#"claviger_memory_entries{kind="credential"} 1"#))
            #expect(!answer.text.contains("clv_"))
            let told = lines.compactMap { $0.firstMatch(of: /^# TYPE (\w+) (\w+)$/).map { "`\($0.1)` | \($0.2)" } }
            #expect(told.sorted() == (try Self.documented()).sorted())
            #expect(try await front.get("/verify", bearer: demo.apiKey).status == 404)
            #expect(try await server.get("/metrics").status == 404)
        }
    }

    /// Name and kind of each row.
    private static func documented() throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/metrics.md"), encoding: .utf8)
        return text.matches(of: /(?m)^\| (`claviger_\w+` \| \w+) \|/).map { String($0.1) }
    }
}
