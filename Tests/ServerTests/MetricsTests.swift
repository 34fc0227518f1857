import CoreMetrics
import Foundation
import Measuring
import TestSupport
import Testing

@testable import Server

@Suite("Metrics")
struct MetricsTests {
    @Test func `they are told at one address, and are those of documents, alarms and dashboard`() async throws {
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
            try Self.expectKnown(told, in: "deploy/prometheus/rules.yml")
            try Self.expectKnown(told, in: "deploy/prometheus/rules.test.yml")
            try Self.expectKnown(told, in: "deploy/grafana/claviger.json")
            try await Self.check(answer.text)
            #expect(try await front.get("/verify", bearer: demo.apiKey).status == 404)
            #expect(try await server.get("/metrics").status == 404)
        }
    }

    @Test func `alarms are sound, come when they are meant to, and stay away when all is well`() async throws {
        let rules = WorkTree.root.appending(path: "deploy/prometheus/rules.yml").path
        let checked = try await FinishedCommand.tool("promtool", ["check", "rules", rules])
        #expect(checked.status == 0, "\(checked.text)")
        let tests = WorkTree.root.appending(path: "deploy/prometheus/rules.test.yml").path
        let tested = try await FinishedCommand.tool("promtool", ["test", "rules", tests])
        #expect(tested.status == 0, "\(tested.text)")
    }

    @Test func `the dashboard is one, and asks with words that Prometheus understands`() async throws {
        let text = try WorkTree.text(of: "deploy/grafana/claviger.json")
        let panels = try JSON(parsing: Array(text.utf8))["panels"].elements
        let queries = try panels.flatMap { panel in
            try panel.members["targets"]?.elements.map { try $0["expr"].string } ?? []
        }
        #expect(queries.count > 20)
        let rules = queries.enumerated().map { number, query in
            let plain = query.replacing("$__rate_interval", with: "5m").replacing("$instance", with: ".*")
            return "  - {record: \"query:\(number)\", expr: \"\(plain.replacing("\"", with: "\\\""))\"}\n"
        }
        try await Self.withFile("groups:\n- name: dashboard\n  rules:\n" + rules.joined()) { file in
            let checked = try await FinishedCommand.tool("promtool", ["check", "rules", file])
            #expect(checked.status == 0, "\(checked.text)")
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

    /// Whether `promtool` takes the text for sound.
    private static func check(_ text: String) async throws {
        try await withFile(text) { file in
            let checked = try await FinishedCommand.tool("sh", ["-c", "promtool check metrics <'\(file)'"])
            #expect(checked.status == 0, "\(checked.text)")
        }
    }

    private static func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/file"
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            try await body(file)
        }
    }

    /// Whether every number that a file asks for is told.
    private static func expectKnown(_ told: [String], in path: String) throws {
        let kinds = Dictionary(
            told.compactMap { $0.firstMatch(of: /`(\w+)` \| (\w+)/).map { (String($0.1), String($0.2)) } },
            uniquingKeysWith: { first, _ in first })
        let asked = Set(try WorkTree.text(of: path).matches(of: /\b(?:claviger|process)_[a-z_]+/).map { String($0.0) })
        for name in asked {
            let base = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }
                .map { String(name.dropLast($0.count)) }
            #expect(kinds[name] != nil || base.flatMap { kinds[$0] } == "histogram", "\(path): \(name)")
        }
        #expect(asked.count > 10)
    }

    /// Name and kind of each row.
    private static func documented() throws -> [String] {
        try WorkTree.text(of: "docs/metrics.md").matches(of: /(?m)^\| (`(?:claviger|process)_\w+` \| \w+) \|/)
            .map { String($0.1) }
    }
}
