package import HTTPTypes
import Locking
import Logging
package import Model
import NIOHTTP1
package import Policy

/// One line a request, at `info`: what was asked, what was answered and which rule refused (law 14). No query string, no
/// header, no body: none of what could carry a secret.
///
/// The line is written as bytes straight into the sink: on a hot route, a line made of strings costs as much as the rest
/// of the request.
package struct RequestLog: Sendable {
    private let sink: LogSink
    private let format: LogFormat
    private let threshold: LogThreshold
    private let times = TimeTexts()

    /// - Parameter threshold: Nothing is logged unless it is `info` or more talkative.
    package init(sink: LogSink, format: LogFormat, threshold: LogThreshold) {
        self.sink = sink
        self.format = format
        self.threshold = threshold
    }

    /// Notes a request to a hot route. `peer` is the text of its peer's address, which a door makes once a connection.
    package func note(_ request: HotRequest, _ reply: HotReply, by spoken: WireProtocol, peer: String?) {
        note(
            request.requestID, request.method.rawValue, by: spoken, path: request.endpoint.path,
            status: reply.status.code, address: peer, caller: reply.caller, rule: reply.rule, at: request.now)
    }

    /// Notes a request.
    ///
    /// - Parameter path: Without its query.
    package func note(
        _ requestID: String, _ method: HTTPRequest.Method, by spoken: WireProtocol, path: String, status: Int,
        address: IPAddress?, caller: String?, rule: String?, at now: Instant
    ) {
        note(
            requestID, method.rawValue, by: spoken, path: path, status: status, address: address?.description,
            caller: caller, rule: rule, at: now)
    }

    /// Notes a request of which no more may be known than that it was refused.
    func note(
        _ requestID: String, _ method: String, by spoken: WireProtocol, path: String, status: Int, address: String?,
        caller: String?, rule: String?, at now: Instant
    ) {
        guard threshold.level <= .info else { return }
        let time = times.text(of: now)
        sink.append { line in
            line.begin(format, time: time, level: "info", message: "request")
            line.field("request_id", requestID, format)
            line.field("method", method, format)
            line.field("path", path, format)
            line.field("status", status, format)
            line.field("protocol", spoken.rawValue, format)
            if let address { line.field("peer", address, format) }
            if let caller { line.field("caller", caller, format) }
            if let rule { line.field("rule", rule, format) }
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
