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
                let unwanted = [("traceparent", "00-\(Self.other)-1111222233334444-00")]
                #expect(try await server.get("/verify", bearer: demo.apiKey, headers: unwanted).status == 200)
                #expect(try await server.get("/api/v1/me", bearer: demo.operatorKey, headers: unwanted).status == 200)
                func told() throws -> [JSON] {
                    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                    return try text.split(separator: "\n").flatMap { line in
                        try JSON(parsing: Array(line.utf8))["resourceSpans"][0]["scopeSpans"][0]["spans"].elements
                    }
                }
                #expect(try await eventually { try told().count >= 2 })
                let names = try told().map { try $0["name"].string }
                #expect(names.sorted() == ["GET /api/v1/me", "GET /verify"])
                for span in try told() {
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
