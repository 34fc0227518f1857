/// Something that is wrong with one member of a request, or with one cell of a file.
struct Finding: Sendable, Hashable {
    /// The member with the way to it (`facilities[2].name`), or a column.
    let field: String
    let code: Code
    let message: String
    /// The line of a file.
    var line: Int?

    enum Code: String, Sendable {
        case required
        case invalid
        case tooLong = "too_long"
        case outOfRange = "out_of_range"
        case unknown
        case duplicate
        case immutable
    }

    var json: JSONValue {
        let place: [(String, JSONValue)] = line.map { [("line", .integer($0)), ("column", .text(field))] } ?? []
        return JSONValue.object([]).with(
            place + [("field", .text(field)), ("code", .text(code.rawValue)), ("message", .text(message))])
    }
}

/// Why a call is not answered as wished.
struct Refusal: Error, Sendable {
    let status: Int
    let message: String
    var findings: [Finding] = []
    /// Further members of the answer.
    var members: [(String, JSONValue)] = []
    var headers: [(String, String)]
    /// PACT's word for it, where it is not the usual one of the status.
    var pactCode: String?

    init(_ status: Int, _ message: String, headers: [(String, String)] = []) {
        self.status = status
        self.message = message
        self.headers = headers
    }

    static let notFound = Refusal(404, "There is no such thing here.")

    static func invalid(_ findings: [Finding], status: Int = 422) -> Refusal {
        let first = findings.first.map { "\($0.field): \($0.message)" } ?? "It is not valid."
        var refusal = Refusal(status, findings.count > 1 ? "\(first) (and \(findings.count - 1) more)" : first)
        refusal.findings = findings
        return refusal
    }

    static func invalid(_ field: String, _ code: Finding.Code, _ message: String, status: Int = 422) -> Refusal {
        invalid([Finding(field: field, code: code, message: message)], status: status)
    }

    func with(_ name: String, _ value: JSONValue) -> Refusal {
        var refusal = self
        refusal.members.append((name, value))
        return refusal
    }
}

/// The form in which a route tells of an error. The API that this one stands for has three.
enum Envelope: Sendable {
    /// `{"message":"…"}`, with `success` at 422.
    case message
    /// `{"status":"Not found"}`
    case status
    /// `{"code":"NotFound","message":"…"}`, as PACT demands it.
    case pact(PactVersion)

    func json(_ refusal: Refusal, requestID: String) -> JSONValue {
        var members: [(String, JSONValue)]
        switch self {
        case .message:
            members = [("message", .text(refusal.message))]
            if refusal.status == 422 { members.insert(("success", false), at: 0) }
        case .status:
            members = [("status", .text(Self.word(refusal.status))), ("message", .text(refusal.message))]
        case .pact(let version):
            let code = refusal.pactCode ?? Self.pactCode(refusal.status, version)
            members = [("code", .text(code)), ("message", .text(refusal.message))]
        }
        if !refusal.findings.isEmpty { members.append(("errors", .list(refusal.findings.map(\.json)))) }
        return JSONValue.object([]).with(members + refusal.members + [("request_id", .text(requestID))])
    }

    private static func word(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable"
        case 429: "Too Many Requests"
        case 503: "Unavailable"
        default: "Server Error"
        }
    }

    /// An unknown token is `BadRequest` for PACT's conformance tool.
    private static func pactCode(_ status: Int, _ version: PactVersion) -> String {
        switch status {
        case 403: "AccessDenied"
        case 404: version.notFound
        case 500, 503: "InternalError"
        default: "BadRequest"
        }
    }
}
