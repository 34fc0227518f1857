import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Where a call came from.
struct CallContext: InitializableFromSource {
    let address: String?
    /// Our own, at which it arrived.
    let port: Int
    let logger: Logger

    init(source: ApplicationRequestContextSource) {
        address = source.channel.remoteAddress?.ipAddress
        port = source.channel.localAddress?.port ?? 0
        logger = source.logger
    }
}

/// Takes each request to its operation: by path and method, past who calls and what they may, to the answer.
struct CarbonResponder: HTTPResponder {
    typealias Context = CallContext

    private let operations: [Operation]
    private let verifier: any CallerVerifier
    private let organizations: OrganizationBook
    private let base: String?
    private let origin: String

    /// - Parameters:
    ///   - base: How clients reach us, nil for the origin with the port on which we listen.
    ///   - origin: Where we listen, without the port.
    init(
        _ operations: [Operation], _ verifier: any CallerVerifier, _ organizations: OrganizationBook, base: String?,
        origin: String
    ) {
        // A path without parameters beats one with.
        self.operations = operations.sorted { Self.parameters($0) < Self.parameters($1) }
        self.verifier = verifier
        self.organizations = organizations
        self.base = base
        self.origin = origin
    }

    private static func parameters(_ operation: Operation) -> Int { operation.segments.count { $0.hasPrefix("{") } }

    func respond(to request: Request, context: CallContext) async throws -> Response {
        let requestID = UUIDText.make()
        let isHead = request.method == .head
        let parts = Self.parts(of: request.uri.path)
        guard let segments = Self.decoded(parts) else {
            let meant = operations.first { $0.match(parts) != nil }
            return Self.reply(
                to: Refusal(400, "The path is malformed."), meant?.envelope ?? .message, requestID, isHead)
        }
        let all = operations.compactMap { operation in operation.match(segments).map { (operation, $0) } }
        guard let known = all.first?.0 else {
            return Self.reply(to: .notFound, .message, requestID, isHead)
        }
        let found = all.filter { $0.0.segments == known.segments }
        // What only reads can be asked for without its body. A GET that makes something cannot.
        let method = isHead ? .get : Operation.Method(rawValue: request.method.rawValue.lowercased())
        guard let (operation, parameters) = found.first(where: { $0.0.method == method }),
            !isHead || operation.description.answer.status != 201
        else {
            let allowed = Set(found.map { $0.0.method.rawValue.uppercased() }).sorted().joined(separator: ", ")
            let refusal = Refusal(405, "This path takes \(allowed).", headers: [("Allow", allowed)])
            return Self.reply(to: refusal, known.envelope, requestID, isHead)
        }
        do {
            let credential = Self.credential(of: request)
            let caller = try await admit(credential, to: operation, context)
            let call = try Call(
                parameters, request, caller: caller, credential: try? credential.get(),
                base: base ?? "\(origin):\(context.port)", address: context.address, now: .now)
            return try await operation.handle(call).response(requestID: requestID, withoutBody: isHead)
        } catch {
            let refusal = Self.refusal(for: error, of: operation, context.logger)
            return Self.reply(to: refusal, operation.envelope, requestID, isHead)
        }
    }

    static func refusal(for error: any Error, of operation: Operation, _ logger: Logger) -> Refusal {
        switch error {
        case let refusal as Refusal: return refusal
        // In the middle of a body the connection ended, or something came that is no HTTP.
        case is HTTPParserError, is IOError, is ChannelError, is NIOSSLError:
            return Refusal(400, "The body is malformed, or ends before it should.")
        case is Exact.Overflow: return Refusal(422, "The numbers are too large to be calculated with.")
        case StoreFailure.unique: return Refusal(409, "It is there already.")
        // It was looked up before, and is gone meanwhile.
        case StoreFailure.reference: return Refusal(409, "What it refers to is no longer there.")
        case StoreFailure.conflict: return .busy
        case StoreFailure.unavailable(let problem):
            logger.error("the database is not there", metadata: ["problem": .string(problem)])
            return .busy
        default:
            logger.error(
                "a call failed",
                metadata: ["operation": .string(operation.description.id), "error": .string("\(error)")])
            return Refusal(500, "Something went wrong here.")
        }
    }

    /// - Returns: Who calls, nil where that does not matter.
    private func admit(
        _ credential: Result<String, Refusal>, to operation: Operation, _ context: CallContext
    ) async throws -> Caller? {
        let scope: APIScope
        switch operation.access {
        case .everybody: return nil
        case .holders(let needed): scope = needed
        }
        switch await verifier.verdict(on: try credential.get(), from: context.address) {
        case .caller(let caller):
            guard caller.scopes.contains(scope.rawValue) else { throw Refusal.lacking(scope) }
            try await organizations.learn(caller.organization)
            return caller
        case .refused(let refusal): throw Refusal(refusal)
        case .unknown: throw Refusal.busy
        }
    }

    /// What stands behind `Bearer` (RFC 6750 §2.1).
    private static func credential(of request: Request) -> Result<String, Refusal> {
        let fields = request.headers[values: .authorization]
        guard let field = fields.first else {
            return .failure(.unauthorized("A bearer token is needed.", error: nil))
        }
        let parts = field.split(separator: " ", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        if parts.first?.lowercased() == "bearer:" {
            return .failure(.unauthorized("It is `Bearer` without a colon (RFC 6750).", error: "invalid_request"))
        }
        guard fields.count == 1, parts.count == 2, parts[0].lowercased() == "bearer",
            parts[1].utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return .failure(.unauthorized("A bearer token is needed.", error: "invalid_request")) }
        return .success(parts[1])
    }

    private static func reply(
        to refusal: Refusal, _ envelope: Envelope, _ requestID: String, _ isHead: Bool
    ) -> Response {
        let body = envelope.json(refusal, requestID: requestID)
        return Reply.json(body, status: refusal.status, headers: refusal.headers)
            .response(requestID: requestID, withoutBody: isHead)
    }

    /// What stands between slashes; one at the end is as none.
    private static func parts(of path: String) -> [String] {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if parts.last?.isEmpty == true { parts = parts.dropLast() }
        return parts.map(String.init)
    }

    /// - Returns: Nil where that cannot be done, and for a NUL, which no text of a database holds.
    private static func decoded(_ parts: [String]) -> [String]? {
        let segments = parts.compactMap(\.removingPercentEncoding)
        return segments.count == parts.count && !segments.contains { $0.utf8.contains(0) } ? segments : nil
    }
}

extension Refusal {
    static let busy = Refusal(503, "Try again in a moment.", headers: [("Retry-After", "1")])

    /// 401 with a challenge (RFC 6750 §3).
    static func unauthorized(_ message: String, error: String?) -> Refusal {
        let challenge = "Bearer realm=\"carbon\"" + (error.map { ", error=\"\($0)\"" } ?? "")
        return Refusal(401, message, headers: [("WWW-Authenticate", challenge)])
    }

    static func lacking(_ scope: APIScope) -> Refusal {
        let challenge = "Bearer realm=\"carbon\", error=\"insufficient_scope\", scope=\"\(scope.rawValue)\""
        return Refusal(
            403, "The credential lacks the scope \(scope.rawValue).", headers: [("WWW-Authenticate", challenge)]
        ).with("scope", .text(scope.rawValue))
    }

    /// What the desk says.
    fileprivate init(_ refusal: CallerRefusal) {
        let isExpired = refusal.status == 401 && refusal.reason == CallerRefusal.expired
        let message =
            switch refusal.status {
            case 401 where isExpired: "The credential is expired."
            case 401: "The credential is unknown, expired or revoked."
            case 429: "There were too many calls."
            default: "The credential is not good for this call" + (refusal.reason.map { " (\($0))." } ?? ".")
            }
        self.init(refusal.status, message)
        if isExpired { pactCode = "TokenExpired" }
        if let challenge = refusal.challenge { headers.append(("WWW-Authenticate", challenge)) }
        if let wait = refusal.retryAfter { headers.append(("Retry-After", wait)) }
    }
}
