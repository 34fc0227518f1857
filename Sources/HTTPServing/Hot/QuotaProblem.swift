import HTTPTypes
import Limits

/// The problem document of a call that is too much, by the type of draft-ietf-httpapi-ratelimit-headers-11 §5.
struct QuotaProblem: Sendable {
    private static let identifier = "https://iana.org/assignments/http-problem-types#quota-exceeded"

    let status: HTTPResponse.Status
    private let violated: [String]
    private let seconds: Int64

    init(_ verdict: RateVerdict, status: HTTPResponse.Status) {
        self.status = status
        violated = verdict.violated.map(\.limit.name)
        seconds = verdict.retryAfter
    }

    func json(requestID: String) -> [UInt8] {
        JSONWriter.object { json in
            json.member("type", Self.identifier)
            json.member("title", "Request cannot be satisfied as assigned quota has been exceeded")
            json.member("status", status.code)
            json.member("detail", "Too many calls. Call again in \(seconds) second\(seconds == 1 ? "" : "s").")
            json.member("request_id", requestID)
            json.name("violated-policies")
            json.array(violated) { $0.string($1) }
        }
    }
}

extension HotReply {
    init(_ problem: QuotaProblem, requestID: String) {
        self.init(
            problem.status,
            fields: [
                ("Content-Type", ProblemDocument.mediaType),
                ("Content-Security-Policy", ProblemDocument.contentSecurityPolicy),
                ("X-Content-Type-Options", "nosniff"),
            ], body: problem.json(requestID: requestID))
    }
}
