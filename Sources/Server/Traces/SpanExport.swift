import CredentialFormat
import HTTPServing
import Locking
import Logging
import Outbound
import Persistence
import ServiceLifecycle

/// Sends what traces are told to the operator's collector: OpenTelemetry's protocol over HTTP, as JSON (OTLP 1.3). Every two seconds, and once
/// more at the end. What cannot be sent is lost: it is a help to people, not a record.
final class SpanExport: Service {
    private static let interval = Duration.seconds(2)
    private static let batch = 512
    /// How long the end may take, however many wait: a collector must not keep the server from ending.
    private static let farewell = Duration.seconds(2)

    private let spans: SpanQueue
    private let collector: TraceCollector
    private let node: ID<Node>
    private let logger: Logger
    private let isLost = Lock(false)

    init(_ spans: SpanQueue, to collector: TraceCollector, node: ID<Node>, logger: Logger) {
        self.spans = spans
        self.collector = collector
        self.node = node
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while (try? await Task.sleep(for: Self.interval)) != nil { await send() }
        }
        // In a task of its own: where others took too long to end, this one is cancelled.
        await Task {
            await send(until: .now + Self.farewell)
            await collector.close()
        }.value
    }

    /// - Parameter end: By when it is done, nil where there is time.
    private func send(until end: ContinuousClock.Instant? = nil) async {
        while true {
            let left = end.map { ContinuousClock.now.duration(to: $0) } ?? TraceCollector.patience
            guard left > .zero else { return }
            let taken = spans.take(upTo: Self.batch)
            guard !taken.isEmpty else { return }
            let problem = await collector.send(json(of: taken), within: min(left, TraceCollector.patience))
            spans.note(taken.count, areSent: problem == nil)
            tell(problem)
            if problem != nil { return }
        }
    }

    /// One line when it begins to fail, and one when it works again.
    private func tell(_ problem: String?) {
        let changed = isLost.withLock { isLost in
            defer { isLost = problem != nil }
            return isLost != (problem != nil)
        }
        guard changed else { return }
        if let problem {
            logger.warning(
                "the collector of traces takes nothing, and they are lost", metadata: ["error": "\(problem)"])
        } else {
            logger.notice("the collector of traces takes them again")
        }
    }

    private func json(of spans: [FinishedSpan]) -> [UInt8] {
        JSONWriter.object { json in
            json.name("resourceSpans")
            json.array([spans]) { json, spans in
                json.object { json in
                    json.name("resource")
                    json.object { json in
                        json.name("attributes")
                        json.array([
                            SpanAttribute(name: "service.name", value: .text("claviger")),
                            SpanAttribute(name: "service.version", value: .text(ClavigerVersion.current)),
                            SpanAttribute(name: "service.instance.id", value: .text(node.description)),
                        ]) { $0.attribute($1) }
                    }
                    json.name("scopeSpans")
                    json.array([spans]) { json, spans in
                        json.object { json in
                            json.name("scope")
                            json.object { $0.member("name", "claviger") }
                            json.name("spans")
                            json.array(spans) { $0.span($1) }
                        }
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func attribute(_ attribute: SpanAttribute) {
        object { json in
            json.member("key", attribute.name)
            json.name("value")
            json.object { json in
                switch attribute.value {
                case .text(let text): json.member("stringValue", text)
                // Whole numbers of 64 bits are texts there.
                case .number(let number): json.member("intValue", String(number))
                }
            }
        }
    }

    fileprivate mutating func span(_ span: FinishedSpan) {
        object { json in
            json.member("traceId", span.parent.trace)
            json.member("spanId", span.identifier)
            json.member("parentSpanId", span.parent.span)
            json.member("name", span.name)
            json.member("kind", span.kind)
            json.member("startTimeUnixNano", String(span.begunAt))
            json.member("endTimeUnixNano", String(span.begunAt &+ span.duration))
            json.name("attributes")
            json.array(span.attributes) { $0.attribute($1) }
            if case .request(_, _, let status?) = span.work, status >= 500 {
                json.name("status")
                // STATUS_CODE_ERROR
                json.object { $0.member("code", 2) }
            }
        }
    }
}

/// What is said of a span or a process, by its name in OpenTelemetry's conventions.
private struct SpanAttribute {
    enum Value {
        case text(String)
        case number(Int)
    }

    let name: String
    let value: Value
}

extension FinishedSpan {
    fileprivate var name: String {
        switch work {
        case .request(let method, let route, _): route.map { "\(method) \($0)" } ?? method
        case .statement(let operation, let table, _): table.map { "\(operation) \($0)" } ?? operation
        }
    }

    /// By its number in OTLP.
    fileprivate var kind: Int {
        switch work {
        // SPAN_KIND_SERVER
        case .request: 2
        // SPAN_KIND_CLIENT
        case .statement: 3
        }
    }

    fileprivate var attributes: [SpanAttribute] {
        switch work {
        case .request(let method, let route, let status):
            [
                SpanAttribute(name: "http.request.method", value: .text(method)),
                route.map { SpanAttribute(name: "http.route", value: .text($0)) },
                status.map { SpanAttribute(name: "http.response.status_code", value: .number($0)) },
            ].compactMap(\.self)
        case .statement(let operation, let table, let system):
            [
                SpanAttribute(name: "db.system.name", value: .text(system)),
                SpanAttribute(name: "db.operation.name", value: .text(operation)),
                table.map { SpanAttribute(name: "db.collection.name", value: .text($0)) },
            ].compactMap(\.self)
        }
    }
}
