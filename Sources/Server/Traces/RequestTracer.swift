import HTTPServing
import Locking
import Tracing

/// What stands behind swift-distributed-tracing: takes `traceparent` in, and notes what Hummingbird says of ordinary requests that are part of
/// a trace.
struct RequestTracer: Tracer {
    let spans: SpanQueue

    /// The ordinary request that the task answers, for the spans of what is done for it.
    static var current: TraceParent? { InstrumentationContext.current?[ParentKey.self] }

    private enum ParentKey: InstrumentationContextKey {
        typealias Value = TraceParent
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        context[ParentKey.self] = extractor.extract(key: TraceParent.field, from: carrier).flatMap { TraceParent($0) }
    }

    /// Whoever is asked in the course of a request is told nothing of its trace: HTTP clients would send it to providers.
    func inject<Carrier, Inject: Injector>(
        _: InstrumentationContext, into _: inout Carrier, using _: Inject
    ) where Inject.Carrier == Carrier {}

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function _: String, file _: String, line _: UInt
    ) -> RequestSpan {
        var context = context()
        // What we ask of others is no request to us, and told to nobody.
        let parent = kind == .server ? context[ParentKey.self] : nil
        let identifier = FinishedSpan.newIdentifier()
        if let parent {
            context[ParentKey.self] = TraceParent(trace: parent.trace, span: identifier, isSampled: parent.isSampled)
        }
        return RequestSpan(
            operationName, under: parent, identifier: identifier, context: context,
            begunAt: instant().nanosecondsSinceEpoch, to: spans)
    }

    /// What waits is sent within two seconds.
    func forceFlush() {}
}

/// A request that is being answered.
final class RequestSpan: Tracing.Span {
    private struct State {
        var name: String
        var attributes = SpanAttributes()
        var hasEnded = false
    }

    let context: InstrumentationContext
    private let parent: TraceParent?
    private let identifier: String
    private let begunAt: UInt64
    private let spans: SpanQueue
    private let state: Lock<State>

    fileprivate init(
        _ name: String, under parent: TraceParent?, identifier: String, context: InstrumentationContext,
        begunAt: UInt64, to spans: SpanQueue
    ) {
        self.context = context
        self.parent = parent
        self.identifier = identifier
        self.begunAt = begunAt
        self.spans = spans
        state = Lock(State(name: name))
    }

    var isRecording: Bool { parent?.isSampled ?? false }

    var operationName: String {
        get { state.withLock(\.name) }
        set { state.withLock { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock(\.attributes) }
        set { state.withLock { $0.attributes = newValue } }
    }

    // None of these is told: an event or an error may have in it what a collector must not know.
    func setStatus(_: SpanStatus) {}
    func addEvent(_: SpanEvent) {}
    func addLink(_: SpanLink) {}
    func recordError<Instant: TracerInstant>(
        _: any Error, attributes _: SpanAttributes, at _: @autoclosure () -> Instant
    ) {}

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let parent, parent.isSampled else { return }
        let (attributes, isFirst) = state.withLock { state in
            defer { state.hasEnded = true }
            return (state.attributes, !state.hasEnded)
        }
        guard isFirst else { return }
        let now = instant().nanosecondsSinceEpoch
        spans.add(
            FinishedSpan(
                .request(
                    method: attributes.text("http.request.method") ?? "-", route: attributes.text("http.route"),
                    status: attributes.number("http.response.status_code")),
                under: parent, identifier: identifier,
                begunAt: Int64(clamping: begunAt), duration: Int64(clamping: now > begunAt ? now - begunAt : 0)))
    }
}

extension SpanAttributes {
    fileprivate func text(_ name: String) -> String? {
        if case .string(let text) = get(name) { text } else { nil }
    }

    fileprivate func number(_ name: String) -> Int? {
        if case .int64(let number) = get(name) { Int(number) } else { nil }
    }
}
