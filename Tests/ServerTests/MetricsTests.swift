import CoreMetrics
import Foundation
import Measuring
import TestSupport
import Testing

@testable import Server

@Suite("Metrics")
struct MetricsTests {
    @Test func `they are told at an address of their own, and at no other`() async throws {
        let port = try FreePort.find()
        try await ServerProcess.withDemo(arguments: ["--metrics", "127.0.0.1:\(port)"]) { server, demo in
            let front = Front(base: "http://127.0.0.1:\(port)")
            _ = try await server.get("/verify", bearer: demo.apiKey)
            #expect(try await server.get("/verify", bearer: "clv_key_made_up").status == 401)
            #expect(try await server.get("/api/v1/me", bearer: demo.operatorKey).status == 200)
            #expect(try await server.get("/nothing/here").status == 404)
            var visitor = PageVisitor(server)
            let form = try await visitor.open("/sign-in")
            let fields = [("email", demo.adminEmail), ("password", "no such password as this")]
            #expect(try await visitor.send(form, to: "/sign-in", fields).status == 422)
            let answer = try await front.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = answer.text.split(separator: "\n")
            for line in [
                "claviger_feed_trusted 1", "claviger_feed_nodes 1", #"claviger_memory_entries{kind="credential"} 2"#,
                #"claviger_requests_total{route="/verify",status="200"} 1"#,
                #"claviger_requests_total{route="/verify",status="401"} 1"#,
                #"claviger_requests_total{route="GET /api/v1/me",status="200"} 1"#,
                #"claviger_requests_total{route="POST /sign-in",status="422"} 1"#,
                #"claviger_requests_total{route="unknown",status="404"} 1"#,
                #"claviger_sign_ins_total{outcome="wrong"} 1"#, #"claviger_sign_ins_total{outcome="done"} 0"#,
                #"claviger_request_seconds_count{route="/verify"} 2"#,
                #"claviger_verdicts_total{credential="api_key",verdict="admitted"} 2"#,
                #"claviger_verdicts_total{credential="unknown",verdict="malformed"} 1"#,
                #"claviger_lookups_total{kind="api_key",outcome="found"} 2"#,
            ] {
                #expect(lines.contains { $0 == line }, "\(line)")
            }
            for line in [
                #/claviger_build_info{version="[^"]+",node="nod_\w+",database="(?:sqlite|postgres)"} 1/#,
                #/claviger_database_seconds_count{operation="read"} [1-9]\d*/#,
                #/claviger_key_age_seconds{purpose="sealing",rotates="yes"} \d+/#,
                #/process_resident_memory_bytes [1-9]\d{6,}/#, #/process_open_fds [1-9]\d*/#,
                #/hb_requests_total{http_route="\/api\/v1\/me",http_request_method="GET",http_response_status_code="200"} 1/#,
            ] as [Regex<Substring>] {
                #expect(lines.contains { $0.wholeMatch(of: line) != nil })
            }
            #expect(!answer.text.contains("clv_"))
            #expect(!answer.text.contains("nothing/here"))
            let told = lines.compactMap { $0.firstMatch(of: /^# TYPE (\w+) (\w+)$/).map { "`\($0.1)` | \($0.2)" } }
            let ours = told.filter { $0.hasPrefix("`claviger_") || $0.hasPrefix("`process_") }
            #expect(ours.sorted() == (try Self.documented()).sorted())
            #expect(try await front.get("/verify", bearer: demo.apiKey).status == 404)
            #expect(try await server.get("/metrics").status == 404)
        }
    }

    @Test func `what libraries measure is told under names that Prometheus takes, and bounded`() throws {
        let libraries = LibraryMetrics()
        libraries.makeCounter(label: "hb.requests", dimensions: [("http.route", "/a")]).increment(by: 2)
        libraries.makeCounter(label: "hb.requests", dimensions: [("http.route", "/a")]).increment(by: 1)
        let meter = libraries.makeMeter(label: "in.use", dimensions: [])
        meter.set(Int64(5))
        meter.decrement(by: 2)
        libraries.makeTimer(label: "waited", dimensions: []).recordNanoseconds(3_000_000)
        // Our names are ours.
        libraries.makeMeter(label: "claviger.connections", dimensions: []).set(Int64(7))
        for number in 0..<500 {
            libraries.makeCounter(label: "many", dimensions: [("x", "\(number)")]).increment(by: 1)
            libraries.makeMeter(label: "name\(number)", dimensions: []).set(Int64(1))
        }
        let text = Metric.text(of: libraries.all + [libraries.metric])
        let lines = Set(text.split(separator: "\n").map(String.init))
        for line in [
            "# TYPE hb_requests_total counter", #"hb_requests_total{http_route="/a"} 3"#, "in_use 3",
            #"waited_seconds_bucket{le="0.0025"} 0"#, #"waited_seconds_bucket{le="0.005"} 1"#,
            "waited_seconds_sum 0.003", #"many_total{x="other"} 452"#, #"many_total{x="47"} 1"#,
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(!text.contains("claviger_connections"))
        #expect(libraries.all.count == 64)
        // One of ours, and the names too many.
        #expect(lines.contains("claviger_library_metrics_left_out_total 441"))
    }

    /// Name and kind of each row.
    private static func documented() throws -> [String] {
        try text(of: "docs/metrics.md").matches(of: /(?m)^\| (`(?:claviger|process)_\w+` \| \w+) \|/)
            .map { String($0.1) }
    }

    private static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }
}
