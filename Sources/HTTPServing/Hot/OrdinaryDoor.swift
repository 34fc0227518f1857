package import Hummingbird
import HTTPTypes
package import Model
import NIOCore

/// The other door to the hot routes: ordinary routes of the router, for what memory did not suffice for and for
/// connections on which ``HotDoor`` lets everything through.
package struct OrdinaryDoor: Sendable {
    private let routes: HotRoutes
    private let log: RequestLog
    private let now: @Sendable () -> Instant

    package init(routes: HotRoutes, log: RequestLog, now: @escaping @Sendable () -> Instant) {
        self.routes = routes
        self.log = log
        self.now = now
    }

    /// Adds a route for every path and method. They note themselves in the log.
    package func register(on router: some RouterMethods<CallerContext>) {
        for (path, endpoint) in routes.paths {
            for method in Self.methods {
                router.on(RouterPath(String(path)), method: method) { request, context in
                    try await respond(to: request, context, endpoint)
                }
            }
        }
    }

    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    private func respond(
        to request: Request, _ context: CallerContext, _ endpoint: HotEndpoint
    ) async throws -> Response {
        let body: [UInt8]
        do {
            body = Array(buffer: try await request.body.collect(upTo: HotDoor.maximumBody))
        } catch is NIOTooManyBytesError {
            return HotReply(.contentTooLarge, rule: "body too large").response(requestID: context.requestID)
        }
        let hotRequest = HotRequest(
            endpoint: endpoint, method: request.method, query: request.uri.query.map { Substring($0) },
            fields: request.headers, body: body, peer: context.peer, requestID: context.requestID, now: now())
        let reply = await routes.answer(hotRequest)
        log.note(hotRequest, reply)
        return reply.response(requestID: context.requestID)
    }
}

extension HotReply {
    /// The reply as Hummingbird's.
    fileprivate func response(requestID: String) -> Response {
        var headers = HTTPFields()
        headers[.xRequestID] = requestID
        for (name, value) in fields {
            if let name = HTTPField.Name(name.description) { headers[name] = value }
        }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
