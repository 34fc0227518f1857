import Foundation
import HTTPServing
import TestSupport
import Testing
import Tracing

@testable import Server

@Suite("Traces")
struct TracesTests {
    private static let trace = "11112222333344445555666677778888"
    private static let other = "88887777666655554444333322221111"

    @Test func `requests of a trace are told to the collector, by either door, and nothing else of them`() async throws
    {
        try await withTemporaryFolder { folder in
            let (port, file) = (try FreePort.find(), folder + "/told")
            let collector = try await BackgroundProcess(
                "/usr/bin/env", ["python3", "-c", Self.collector, "\(port)", file])
            defer { collector.signal(SIGTERM) }
            let front = Front(base: "http://127.0.0.1:\(port)")
            #expect(try await eventually { (try? await front.get("/")) != nil })
            try await ServerProcess.withDemo(
                arguments: ["--traces", "http://127.0.0.1:\(port)/v1/traces"]
            ) { server, demo in
                let kept = [("traceparent", "00-\(Self.trace)-1111222233334444-01")]
                _ = try await server.get("/verify?scope=data.read", bearer: demo.apiKey, headers: kept)
                _ = try await server.get("/api/v1/me?x=1", bearer: demo.operatorKey, headers: kept)
                _ = try await server.get("/api/v1/accounts", bearer: demo.operatorKey, headers: kept)
                let unwanted = [("traceparent", "00-\(Self.other)-1111222233334444-00")]
                #expect(try await server.get("/verify", bearer: demo.apiKey, headers: unwanted).status == 200)
                #expect(try await server.get("/api/v1/me", bearer: demo.operatorKey, headers: unwanted).status == 200)
                func told() throws -> [JSON] {
                    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                    return try text.split(separator: "\n").flatMap { line in
                        try JSON(parsing: Array(line.utf8))["resourceSpans"][0]["scopeSpans"][0]["spans"].elements
                    }
                }
                let (server, client) = (JSON.number(2), JSON.number(3))
                func requests() throws -> [JSON] { try told().filter { $0["kind"] == server } }
                #expect(try await eventually { try requests().count >= 3 })
                #expect(
                    try requests().map { try $0["name"].string }.sorted() == [
                        "GET /api/v1/accounts", "GET /api/v1/me", "GET /verify",
                    ])
                let statements = try told().filter { $0["kind"] == client }
                let parents = Set(try requests().map { try $0["spanId"].string })
                #expect(try statements.contains { try $0["name"].string.hasPrefix("SELECT ") })
                for statement in statements {
                    #expect(try statement["traceId"].string == Self.trace)
                    #expect(parents.contains(try statement["parentSpanId"].string))
                    #expect(try statement["name"].string.wholeMatch(of: /[A-Z]+( [a-z_]+)?/) != nil)
                    #expect(
                        Set(try statement["attributes"].elements.map { try $0["key"].string }).isSubset(of: [
                            "db.system.name", "db.operation.name", "db.collection.name",
                        ]))
                }
                for span in try requests() {
                    #expect(try span["traceId"].string == Self.trace)
                    #expect(try span["parentSpanId"].string == "1111222233334444")
                    #expect(try span["spanId"].string.count == 16)
                    #expect(
                        Set(try span["attributes"].elements.map { try $0["key"].string }) == [
                            "http.request.method", "http.route", "http.response.status_code",
                        ])
                }
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(!text.contains("clv_") && !text.contains("data.read") && !text.contains("x=1"))
            }
        }
    }

    @Test(
        arguments: [
            ("00-11112222333344445555666677778888-1111222233334444-01", true),
            ("00-11112222333344445555666677778888-1111222233334444-00", false),
            ("cc-11112222333344445555666677778888-1111222233334444-03-what.comes", true),
            ("ff-11112222333344445555666677778888-1111222233334444-01", nil),
            ("00-11112222333344445555666677778888-1111222233334444-01-more", nil),
            ("00-00000000000000000000000000000000-1111222233334444-01", nil),
            ("00-11112222333344445555666677778888-0000000000000000-01", nil),
            ("00-1111222233334444555566667777888A-1111222233334444-01", nil),
            ("00-1111222233334444555566667777888-1111222233334444-01", nil), ("", nil),
        ] as [(String, Bool?)])
    func `traceparent is read as its standard has it`(_ text: String, _ isSampled: Bool?) {
        #expect(TraceParent(text)?.isSampled == isSampled)
    }

    @Test(
        arguments: [
            ("SELECT id, name FROM api_key k WHERE id = $1", "SELECT", "api_key"),
            ("SELECT 1", "SELECT", nil), ("SELECT x FROM (SELECT 1)", "SELECT", nil),
            ("INSERT INTO node (id) VALUES ($1)", "INSERT", "node"), ("UPDATE lease SET at = $1", "UPDATE", "lease"),
            ("DELETE FROM refusal\nWHERE at < $1", "DELETE", "refusal"), ("", "-", nil),
        ] as [(String, String, String?)])
    func `a statement is told by two words`(_ text: String, _ operation: String, _ table: String?) {
        let name = StatementName(text)
        #expect(name.operation == operation && name.table == table)
    }

    @Test func `what is asked of others meanwhile is told to no collector, and they are told of no trace`() {
        let spans = SpanQueue()
        let tracer = RequestTracer(spans: spans)
        var context = InstrumentationContext.topLevel
        let arrived = [TraceParent.field: "00-\(Self.trace)-1111222233334444-01"]
        tracer.extract(arrived, into: &context, using: Fields())
        let answered = tracer.startSpan("GET /a", context: context, ofKind: .server)
        let asked = tracer.startSpan("GET", context: answered.context, ofKind: .client)
        var sent: [String: String] = [:]
        tracer.inject(asked.context, into: &sent, using: Fields())
        asked.end()
        #expect(sent.isEmpty && spans.take(upTo: 2).isEmpty)
        answered.end()
        #expect(spans.take(upTo: 2).map(\.parent.trace) == [Self.trace])
    }

    /// Writes each body that it is sent into a file, a line each.
    private static let collector = """
        import http.server, sys

        class Collector(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with open(sys.argv[2], "ab") as file:
                    file.write(body + b"\\n")
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Collector).serve_forever()
        """
}

/// Header fields as a dictionary has them.
private struct Fields: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }

    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
}
