/// Something that the API does: by which method and path, with which scope, and how it tells of errors. The routes, the check of
/// scopes and the OpenAPI document all come from here, so none of them can forget one.
struct Operation: Sendable {
    /// Who may.
    enum Access: Sendable {
        case everybody
        /// Callers with a scope.
        case holders(APIScope)
    }

    /// Where a client finds it.
    enum Place: Sendable {
        /// Below `/api/public/v1`.
        case api
        /// From the root.
        case root
    }

    enum Method: String, Sendable {
        case get, post, patch, delete
    }

    let method: Method
    /// All segments of the path; one in braces is a parameter.
    let segments: [String]
    let access: Access
    let envelope: Envelope
    let description: OperationDescription
    let handle: @Sendable (Call) async throws -> Reply

    /// - Parameter path: Without the base and without a final slash, such as `/facilities/{facilityId}`.
    init(
        _ method: Method, _ path: String, at place: Place = .api, for access: Access,
        envelope: Envelope = .message, _ description: OperationDescription,
        _ handle: @escaping @Sendable (Call) async throws -> Reply
    ) {
        self.method = method
        let path = path.split(separator: "/").map(String.init)
        segments =
            switch place {
            case .api: Self.base + path
            case .root: path
            }
        self.access = access
        self.envelope = envelope
        self.description = description
        self.handle = handle
    }

    /// Of the API's paths.
    static let base = ["api", "public", "v1"]

    /// The parameters, if the segments are those of this path. A whole segment that is named here beats a parameter, for which
    /// whoever asks tries the operations in order.
    func match(_ asked: [String]) -> [String: String]? {
        guard segments.count == asked.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, value) in zip(segments, asked) {
            if segment.hasPrefix("{") {
                guard !value.isEmpty else { return nil }
                parameters[String(segment.dropFirst().dropLast())] = value
            } else if segment != value {
                return nil
            }
        }
        return parameters
    }
}

/// What the OpenAPI document says of an operation.
struct OperationDescription: Sendable {
    /// `operationId`
    let id: String
    let summary: String
    /// Whether the API that this one stands for has it, too.
    let isOurs: Bool
    /// The body's schema by name, nil for none.
    let body: String?
    /// The media type of the body.
    let bodyType: String
    /// The answer's status and schema by name, nil for one without a body.
    let answer: (status: Int, schema: String?)
    /// The media types of the answer, of which it has one.
    let answerTypes: [String]
    let query: [QueryParameter]
    /// Statuses of errors besides those that others of its kind have, too.
    let failures: [Int]

    init(
        _ id: String, _ summary: String, ours isOurs: Bool = false, body: String? = nil,
        bodyType: String = "application/json", answer status: Int = 200, _ schema: String? = nil,
        as answerTypes: [String] = ["application/json"], query: [QueryParameter] = [], failures: [Int] = []
    ) {
        self.id = id
        self.summary = summary
        self.isOurs = isOurs
        self.body = body
        self.bodyType = bodyType
        answer = (status, schema)
        self.answerTypes = answerTypes
        self.query = query
        self.failures = failures
    }
}

/// A parameter of a query, and what the OpenAPI document says of it.
struct QueryParameter: Sendable, ExpressibleByStringLiteral {
    let name: String
    let isRequired: Bool
    let schema: JSONValue

    init(_ name: String, _ schema: JSONValue, required isRequired: Bool = false) {
        self.name = name
        self.isRequired = isRequired
        self.schema = schema
    }

    /// Any text; one with a `*` behind is required.
    init(stringLiteral name: String) {
        let isRequired = name.hasSuffix("*")
        self.init(isRequired ? String(name.dropLast()) : name, ["type": "string"], required: isRequired)
    }
}
