package import HTTPTypes
package import Hummingbird
package import Model
import NIOCore

/// An error reply of the management API: `application/problem+json` (RFC 9457).
package struct ProblemDocument: HTTPResponseError {
    package let status: HTTPResponse.Status
    /// A short word for programs. The `type` member is `urn:claviger:problem:<type>`.
    package let type: String
    /// What happened, the same for every problem of the type.
    package let title: String
    /// What happened this time, and what to do about it.
    package let detail: String
    /// The fields that were not acceptable.
    package let errors: [InvalidField]
    /// Further header fields of the reply.
    package let headers: HTTPFields

    package init(
        status: HTTPResponse.Status, type: String, title: String, detail: String, errors: [InvalidField] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.type = type
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    /// 401 with a challenge (RFC 6750 §3).
    package static func unauthenticated(challenge: String) -> ProblemDocument {
        ProblemDocument(
            status: .unauthorized, type: "unauthenticated", title: "Authentication is needed",
            detail: "Send `Authorization: Bearer` with an API key or access token that is in force.",
            headers: [.wwwAuthenticate: challenge])
    }

    /// The same for a credential that is sent in a way in which none is read.
    package static func unauthenticated(
        challenge: String, because fault: PresentedCredential.Fault
    ) -> ProblemDocument {
        ProblemDocument(
            status: .unauthorized, type: "unauthenticated", title: "Authentication is needed",
            detail: fault.explanation.description,
            headers: [.wwwAuthenticate: fault.challenge(after: challenge)])
    }

    /// The reply, under the request's own identifier.
    package func response(from request: Request, context: some RequestContext) -> Response {
        response(requestID: (context as? CallerContext)?.requestID ?? "")
    }

    package func response(requestID: String) -> Response {
        var headers = headers
        headers[.contentType] = Self.mediaType
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        headers[.xContentTypeOptions] = "nosniff"
        headers[.xRequestID] = requestID
        let body = ByteBuffer(bytes: json(requestID: requestID))
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }

    static let mediaType = "application/problem+json"
    /// Some of what a problem says came with the request. No browser takes it for a page, wherever it is opened.
    static let contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"

    /// The document.
    func json(requestID: String) -> [UInt8] {
        JSONWriter.object { json in
            json.member("type", "urn:claviger:problem:\(type)")
            json.member("title", title)
            json.member("status", status.code)
            json.member("detail", detail)
            json.member("request_id", requestID)
            guard !errors.isEmpty else { return }
            json.name("errors")
            json.array(errors) { json, error in
                json.object {
                    $0.member("field", error.field)
                    $0.member("code", error.code)
                    $0.member("message", error.message)
                }
            }
        }
    }
}

extension HTTPField.Name {
    /// `X-Request-Id`
    package static let xRequestID = HTTPField.Name("X-Request-Id") ?? .server
}
