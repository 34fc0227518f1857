package import HTTPTypes
package import Logging
package import Model
package import Policy

/// One line a request, at `info`: what was asked, what was answered and which rule refused (law 14). No query string, no
/// header, no body: none of what could carry a secret.
package struct RequestLog: Sendable {
    private let sink: LogSink
    private let format: LogFormat
    private let isOn: Bool

    /// - Parameter level: Nothing is logged unless it is `info` or more talkative.
    package init(sink: LogSink, format: LogFormat, level: Logger.Level) {
        self.sink = sink
        self.format = format
        isOn = level <= .info
    }

    /// Notes a request to a hot route.
    package func note(_ request: HotRequest, _ reply: HotReply) {
        guard isOn else { return }
        note(
            request.requestID, request.method, path: request.endpoint.path, status: reply.status.code,
            address: request.peer, caller: reply.caller, rule: reply.rule, at: request.now)
    }

    /// Notes a request.
    ///
    /// - Parameter path: Without its query. For a path of ours its template would do as well.
    package func note(
        _ requestID: String, _ method: HTTPRequest.Method, path: String, status: Int, address: IPAddress?,
        caller: String?, rule: String?, at now: Instant
    ) {
        guard isOn else { return }
        var fields: [(name: String, value: String)] = [
            ("request_id", requestID), ("method", method.rawValue), ("path", path), ("status", String(status)),
        ]
        if let address { fields.append(("peer", address.description)) }
        if let caller { fields.append(("caller", caller)) }
        if let rule { fields.append(("rule", rule)) }
        sink.append(format.line(at: now, .info, "request", fields))
    }
}
