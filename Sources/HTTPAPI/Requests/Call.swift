import CredentialFormat
import HTTPServing
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Policy
import ProviderDefinition
import TextForms

/// A call of the management API, with the parts that endpoints read.
struct Call: Sendable {
    /// The largest body that is read, in bytes.
    static let maximumBodyLength = HotDoor.maximumBody

    private let request: Request
    private let context: CallerContext
    /// The line of the ledger that it came in by.
    let route: Route
    /// Who calls.
    let actor: Actor

    init(_ request: Request, _ context: CallerContext, by route: Route) throws {
        self.request = request
        self.context = context
        self.route = route
        actor = try context.requireActor()
    }

    /// Method and path, as they tell one request from another.
    var target: String { "\(request.method.rawValue) \(request.uri.path)" }

    /// The scopes of the credential that they called with.
    var scopes: ScopeSet { context.scopes }
    /// Where their access token came from, if a user gave it to an app.
    var lineage: ID<RefreshLineage>? { context.lineage }

    var method: String { request.method.rawValue }
    var fields: HTTPFields { request.headers }
    /// What a provider is asked for, nil for a call that is for us.
    var relayed: Substring? { request.head.path.flatMap { RelayedPath($0[...])?.rest } }

    /// The list at the path.
    var list: ListName { ListName(path: request.uri.path) }

    /// Where the part of the list behind a cursor is found, with what else was asked for; nil where there is none.
    ///
    /// - Parameter names: Of the list's parameters besides `cursor`.
    /// - Throws: A problem with 400.
    func place(behind cursor: Cursor?, keeping names: [String]) throws(ProblemDocument) -> String? {
        guard let cursor else { return nil }
        var place = "\(request.uri.path)?cursor=\(list.text(of: cursor))"
        for name in names {
            guard let value = try query.single(name) else { continue }
            place += "&\(name)=\(PercentEscape.value(value))"
        }
        return place
    }

    /// The part of the list that is wanted.
    ///
    /// - Throws: A problem with 400.
    func page() throws(ProblemDocument) -> Page { try query.page(of: list) }

    var query: QueryParameters { QueryParameters(request.uri.query.map { Substring($0) }) }

    /// The identifier in the path. What cannot be one does not exist.
    func id<E: Entity>(_ parameter: String, of: E.Type = E.self) throws(Refusal) -> ID<E> {
        guard let text = context.parameters.get(parameter), let id = ID<E>(parsing: text) else { throw .notFound }
        return id
    }

    /// The identifier of another request in the path. What cannot be one does not exist.
    func requestID(_ parameter: String = "request_id") throws(Refusal) -> String {
        guard let text = context.parameters.get(parameter), RequestID.isOne(text) else { throw .notFound }
        return text
    }

    /// The identifier of an organization, which is that of an account, too.
    func organization(_ parameter: String = "organization_id") throws(Refusal) -> ID<Organization> {
        try id(parameter)
    }

    /// What `If-Match` and `If-None-Match` demand.
    func preconditions() throws(ProblemDocument) -> Preconditions {
        try Preconditions(request.headers)
    }

    /// What they demand of the revision of the entity in the path.
    func expectedRevision() throws(ProblemDocument) -> RevisionCondition {
        try preconditions().onRevision
    }

    /// Refuses a change under a condition that something without an entity tag cannot meet.
    func requireNoTag() throws {
        guard try preconditions().outcome(for: nil, isRead: false) == .perform else { throw Refusal.preconditionFailed }
    }

    /// The value of `Idempotency-Key`, nil without one.
    func idempotencyKey() throws(ProblemDocument) -> IdempotencyKey? {
        guard let text = request.headers[.idempotencyKey] else { return nil }
        guard let key = IdempotencyKey(text) else {
            throw .badParameter("Idempotency-Key", "must be 1 to 255 visible ASCII characters.")
        }
        return key
    }

    /// The body, which must be JSON of at most 64 KiB.
    ///
    /// Not inlined, because the optimizer of Swift 6.3.1 crashes over the endpoints that it would be inlined into.
    ///
    /// - Throws: A problem with 413, 415 or 400.
    @inline(never)
    func body() async throws -> JSONBody {
        let bytes = try await bytes()
        try requireJSON()
        return try JSONBody(bytes)
    }

    /// The body, `{}` where there is none.
    ///
    /// - Throws: A problem with 413, 415 or 400.
    func optionalBody() async throws -> JSONBody {
        let bytes = try await bytes()
        guard !bytes.isEmpty else { return try JSONBody(Array("{}".utf8)) }
        try requireJSON()
        return try JSONBody(bytes)
    }

    /// The body as it was sent.
    ///
    /// - Throws: A problem with 413.
    func bytes() async throws -> [UInt8] {
        do {
            return Array(buffer: try await request.body.collect(upTo: Self.maximumBodyLength))
        } catch is NIOTooManyBytesError {
            throw ProblemDocument.bodyTooLarge
        }
    }

    /// The body of a call that is passed on: as it comes, where it is announced to be longer than what is kept here.
    ///
    /// - Parameter cut: Is told where such a one ends too early.
    /// - Throws: A problem with 413.
    func relayedBody(telling cut: PassingBody.Cut) async throws -> RelayedBody {
        guard let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.maximumBodyLength else {
            return .whole(try await bytes())
        }
        return .stream(PassingBody(body: request.body, cut: cut), length: length)
    }

    private func requireJSON() throws(ProblemDocument) {
        // What a PATCH may bring is told with its refusal (RFC 5789 §3.1).
        let further: HTTPFields = route.method == .patch ? [.acceptPatch: "application/json"] : [:]
        let coding = request.headers[.contentEncoding] ?? "identity"
        guard coding.lowercased() == "identity" else {
            throw ProblemDocument(
                status: .unsupportedMediaType, type: "unsupported-content-coding", title: "Coding not supported",
                detail: "Send the body as it is, without `Content-Encoding`.",
                headers: further.adding(.acceptEncoding, "identity"))
        }
        var mediaType = (request.headers[.contentType] ?? "").prefix { $0 != ";" }
        while mediaType.last == " " || mediaType.last == "\t" { mediaType.removeLast() }
        guard mediaType.lowercased() == "application/json" else {
            throw ProblemDocument(
                status: .unsupportedMediaType, type: "unsupported-media-type", title: "Not JSON",
                detail: "Send the body as JSON with `Content-Type: application/json`.", headers: further)
        }
    }
}

/// A body that is well-formed JSON.
struct JSONBody: Sendable {
    /// As they were sent.
    let bytes: [UInt8]
    private let value: JSONValue

    /// - Throws: A problem with 400 for what is no JSON, or ambiguous, or nested too deep.
    init(_ bytes: [UInt8]) throws(ProblemDocument) {
        self.bytes = bytes
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            throw ProblemDocument(
                status: .badRequest, type: "unreadable-json", title: "Unreadable JSON",
                detail: "The body cannot be read as JSON at byte \(error.offset): \(error.explanation).")
        }
    }

    /// What `make` makes of its members, for a service that has rules of its own for them.
    ///
    /// - Throws: ``Refusal/invalid(_:)`` for what is no object.
    func input<T: Sendable>(_ make: (inout Fields) -> T) throws(Refusal) -> Input<T> {
        try Fields.read(value, make)
    }

    /// What `make` makes of its members, where nothing else is asked of them.
    ///
    /// - Throws: ``Refusal/invalid(_:)`` with everything that is wrong.
    func read<T: Sendable>(_ make: (inout Fields) -> T) throws(Refusal) -> T {
        try input(make).checked()
    }
}

extension HTTPFields {
    fileprivate func adding(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
        var fields = self
        fields[name] = value
        return fields
    }
}

extension HTTPField.Name {
    /// `Idempotency-Key`
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .ifMatch
    /// `Idempotent-Replayed`
    static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed") ?? .ifMatch
}
