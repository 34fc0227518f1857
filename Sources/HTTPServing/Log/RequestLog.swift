package import CredentialFormat
import HTTPTypes
import Locking
import Logging
package import Measuring
import Model
import NIOHTTP1
package import Persistence
import Verification

/// One line a request, at `info`: what was asked, what was answered, how long that took and which rule refused (law 14). No query string,
/// no header, no body: none of what could carry a secret. Whatever the level, each is measured here, since every request comes here once.
///
/// The line is written as bytes straight into the sink: on a hot route, a line made of strings costs as much as the rest
/// of the request.
package struct RequestLog: Sendable {
    private let sink: LogSink
    private let format: LogFormat
    private let threshold: LogThreshold
    private let node: String?
    private let spans: SpanQueue?
    private let times = TimeTexts()
    package let measures = RequestMeasures()

    /// How many lines of the whole log were left out.
    package var lost: Metric { sink.metric }

    /// - Parameters:
    ///   - threshold: Nothing is logged unless it is `info` or more talkative.
    ///   - node: Which of several processes writes.
    ///   - spans: Takes what is part of a trace, nil where nobody collects traces.
    package init(
        sink: LogSink, format: LogFormat, threshold: LogThreshold, node: ID<Node>? = nil, spans: SpanQueue? = nil
    ) {
        self.sink = sink
        self.format = format
        self.threshold = threshold
        self.node = node?.description
        self.spans = spans
    }

    /// Notes a request to a hot route. `peer` is the text of its peer's address, which a door makes once a connection.
    package func note(_ request: HotRequest, _ reply: HotReply, by spoken: WireProtocol, peer: String?) {
        let nanoseconds = Uptime.nanoseconds() &- request.begunAt
        measures.note(request.endpoint, status: reply.status.code, nanoseconds: nanoseconds)
        if let spans { trace(request, reply, nanoseconds, to: spans) }
        guard threshold.level <= .info else { return }
        var answered = AnsweredRequest(
            request.requestID, request.method.rawValue, by: spoken, path: request.endpoint.path,
            status: reply.status.code, at: request.now)
        answered.nanoseconds = nanoseconds
        answered.bytes = reply.followed == nil ? reply.body.count : nil
        answered.address = peer
        answered.caller = reply.caller
        answered.organization = reply.organization
        answered.rule = reply.rule
        write(answered)
    }

    /// Others are told by Hummingbird's middleware.
    private func trace(_ request: HotRequest, _ reply: HotReply, _ nanoseconds: Int64, to spans: SpanQueue) {
        guard let parent = request.traceParent else { return }
        spans.add(
            FinishedSpan(
                .request(
                    method: request.method.rawValue, route: request.endpoint.path, status: reply.status.code),
                under: parent, identifier: FinishedSpan.identifier(of: request.requestID),
                begunAt: request.now.milliseconds &* 1_000_000, duration: nanoseconds))
    }

    /// Notes any other request.
    ///
    /// - Parameter pattern: That of its route, nil where there is none.
    package func note(_ answered: AnsweredRequest, to pattern: String?) {
        measures.note(answered.method, pattern, status: answered.status, nanoseconds: answered.nanoseconds ?? 0)
        guard threshold.level <= .info else { return }
        write(answered)
    }

    /// Notes a request of which no more may be known than that it was refused.
    func noteRefused(_ answered: AnsweredRequest) {
        measures.noteRefused(status: answered.status)
        guard threshold.level <= .info else { return }
        write(answered)
    }

    private func write(_ answered: AnsweredRequest) {
        let time = times.text(of: answered.now)
        sink.append { line in
            line.begin(format, time: time, level: "info", message: "request")
            line.field("request_id", answered.requestID, format)
            line.field("method", answered.method, format)
            line.field("path", answered.path, format)
            line.field("status", answered.status, format)
            if let nanoseconds = answered.nanoseconds { line.field("duration_us", Int(nanoseconds / 1000), format) }
            if let bytes = answered.bytes { line.field("bytes", bytes, format) }
            line.field("protocol", answered.spoken.rawValue, format)
            if let address = answered.address { line.field("peer", address, format) }
            if let caller = answered.caller { line.field("caller", caller, format) }
            if let organization = answered.organization { line.field("organization", organization, format) }
            if let rule = answered.rule { line.field("rule", rule, format) }
            if let node { line.field("node", node, format) }
            line.end(format)
        }
    }
}

/// The text of the present millisecond, made once: on a busy server many requests share it.
private final class TimeTexts: Sendable {
    private let last = Lock<(instant: Instant, text: String)?>(nil)

    /// `2026-11-21T18:09:28.123Z`
    func text(of now: Instant) -> String {
        last.withLock { last in
            if let last, last.instant == now { return last.text }
            let text = CivilTime(now).rfc3339(milliseconds: true)
            last = (now, text)
            return text
        }
    }
}
