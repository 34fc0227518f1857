package import Connections
import HTTPTypes
package import Hummingbird
package import Model
import NIOCore
import OAuth
package import Policy
import ProductDefinition
import Verification

/// What providers call by themselves: that a user removed our app or wants their data destroyed (Meta), and security events (Google).
/// An answer says no more than whether it was taken.
package struct ProviderPushRoutes: Sendable {
    private let desk: PushDesk
    private let productName: String
    private let address: PublicAddress
    /// What came of each, for metrics.
    private let measures: ProviderPushMeasures
    private let now: @Sendable () -> Instant
    /// On what is no provider's: each is a look into the database and a signature (threat K8). What is taken is given back.
    private let limit = LookUpLimit(perAddress: 10, overall: 100, reserve: 10)

    package init(
        _ desk: PushDesk, productName: String, at address: PublicAddress, measures: ProviderPushMeasures,
        now: @escaping @Sendable () -> Instant
    ) {
        self.desk = desk
        self.productName = productName
        self.address = address
        self.measures = measures
        self.now = now
    }

    private static let folder = ReservedPath.connections.path

    /// Adds the routes.
    package func register(on router: some RouterMethods<CallerContext>) {
        router.post("\(Self.folder)/push/:provider/deauthorize") { request, context in
            let (provider, caller) = try Self.sender(context)
            let text = try await signedRequest(request, context, from: provider)
            let permit = try permit(text, context)
            return try answer(
                await desk.deauthorize(text, at: provider, from: caller), of: provider, permit, context)
        }
        router.post("\(Self.folder)/push/:provider/data-deletion") { request, context in
            let (provider, caller) = try Self.sender(context)
            let text = try await signedRequest(request, context, from: provider)
            let permit = try permit(text, context)
            return try answer(await desk.erase(text, at: provider, from: caller), of: provider, permit, context)
        }
        router.post("\(Self.folder)/push/:provider/security-events") { request, context in
            let (provider, caller) = try Self.sender(context)
            let body = try await request.body.collect(upTo: PushDesk.maximumBytes)
            let text = String(buffer: body).trimmingSpace
            let permit = try permit(text, context)
            return try answer(
                await desk.take(securityEvent: text, at: provider, from: caller), of: provider, permit, context)
        }
        router.get("\(Self.folder)/erasures/:provider/:code") { _, context in
            guard let provider = context.parameters.get("provider"), let code = context.parameters.get("code"),
                let erasure = try desk.erasure(code, at: provider)
            else { throw HTTPError(.notFound) }
            let text = """
                \(productName) has destroyed what it kept of your account at \(erasure.provider): its tokens and its name.

                Request: \(code)
                Done: \(CivilTime(erasure.at).rfc3339())

                """
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
    }

    private static func sender(_ context: CallerContext) throws -> (provider: String, caller: PushDesk.Caller) {
        guard let provider = context.parameters.get("provider"), Self.isName(provider) else {
            throw HTTPError(.notFound)
        }
        return (provider, PushDesk.Caller(requestID: context.requestID, address: context.clientAddress))
    }

    private static func isName(_ text: String) -> Bool { (1...40).contains(text.utf8.count) }

    /// The parameter of the form, empty where there is none.
    private func signedRequest(
        _ request: Request, _ context: CallerContext, from provider: String
    ) async throws -> String {
        let body = try await request.body.collect(upTo: PushDesk.maximumBytes + 1024)
        let form = try? Form(parsing: Array(body.readableBytesView))
        return form?["signed_request"] ?? ""
    }

    private func permit(_ text: String, _ context: CallerContext) throws -> LookUpLimit.Permit {
        if let permit = limit.take(for: .caller(context.clientAddress), of: text, at: now()) { return permit }
        context.notes.refused(by: "push limit")
        throw ProblemDocument(
            status: .tooManyRequests, type: "too-many-pushes", title: "Too many",
            detail: "Too much came that is no provider's. Send it again.", headers: [.retryAfter: "1"])
    }

    private func answer(
        _ outcome: PushOutcome, of provider: String, _ permit: LookUpLimit.Permit, _ context: CallerContext
    ) throws -> Response {
        measures.note(outcome, of: provider)
        let headers: HTTPFields = [.cacheControl: "no-store"]
        switch outcome {
        case .unknown: throw HTTPError(.notFound)
        case .refused(let reason):
            context.notes.refused(by: "push \(reason)")
            throw ProblemDocument(
                status: .badRequest, type: "push-refused", title: "Refused", detail: "It was not taken.")
        case .unavailable(let reason):
            context.notes.refused(by: "push \(reason)")
            throw ProblemDocument(
                status: .serviceUnavailable, type: "push-unavailable", title: "Not now",
                detail: "It cannot be judged now. Send it again.", headers: [.retryAfter: "60"])
        case .taken:
            limit.giveBack(permit)
            // What RFC 8935 §2.2 asks for; Meta takes any answer of that class.
            return Response(status: .accepted, headers: headers)
        case .erased(let code):
            limit.giveBack(permit)
            let page = address.url("\(Self.folder)/erasures/\(provider)/\(code)")
            let json = JSONWriter.object { json in
                json.member("url", page)
                json.member("confirmation_code", code)
            }
            var fields = headers
            fields[.contentType] = "application/json"
            return Response(status: .ok, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: json)))
        }
    }
}

extension String {
    /// Without white space at its ends.
    fileprivate var trimmingSpace: String {
        let characters = drop { $0.isWhitespace }
        return String(characters.reversed().drop { $0.isWhitespace }.reversed())
    }
}
