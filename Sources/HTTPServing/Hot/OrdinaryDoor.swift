package import Hummingbird
import HTTPTypes
package import Model
import NIOCore
import NIOHTTP1
import Policy
import ProductDefinition

/// The other door to the hot routes: ordinary routes of the router, for what stands behind a request that is not answered yet,
/// and for connections on which ``HotDoor`` lets everything through.
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
        let all = routes.paths.map { (path: String($0), endpoint: $1) } + [(ServedEndpoint.verify.below("**"), .verify)]
        for (path, endpoint) in all {
            for method in Self.methods {
                router.on(RouterPath(path), method: method) { request, context in
                    try await respond(to: request, context, endpoint)
                }
            }
        }
    }

    /// Every method that the HTTP parser lets through, so that this door answers what the other answers.
    static let methods: [HTTPRequest.Method] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "ACL", "BIND", "CHECKOUT",
        "COPY", "LINK", "LOCK", "M-SEARCH", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "NOTIFY", "PROPFIND",
        "PROPPATCH", "PURGE", "QUERY", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "UNBIND", "UNLINK",
        "UNLOCK",
        "UNSUBSCRIBE",
    ].compactMap { HTTPRequest.Method($0) }

    /// Their names.
    static let methodNames = Set(methods.map(\.rawValue))

    private func respond(
        to request: Request, _ context: CallerContext, _ endpoint: HotEndpoint
    ) async throws -> Response {
        var body: ByteBuffer?
        var cutShort: RequestCutShort?
        do {
            if !BodyLimit.isExceeded(by: request) { body = try await request.body.collect(upTo: HotDoor.maximumBody) }
        } catch is NIOTooManyBytesError {
        } catch let error as RequestCutShort where error.reason != .bodyTooLarge {
            cutShort = error
        } catch is RequestCutShort {}
        let hotRequest = HotRequest(
            target: routes.target(request.uri.string)
                ?? HotTarget(endpoint, query: request.uri.query.map { Substring($0) }),
            method: HTTPMethod(rawValue: request.method.rawValue), headers: HTTPHeaders(request.headers), body: body,
            peer: context.peer, requestID: context.requestID, now: now())
        var reply =
            if let cutShort {
                HotReply(cutShort.problem, requestID: context.requestID, rule: cutShort.reason.rule)
            } else if body == nil {
                routes.refuseBody(of: hotRequest)
            } else {
                await routes.answer(hotRequest)
            }
        // What stands behind another request, or comes past the event loop's door, has no connection of its own.
        if reply.followed != nil { reply = RevocationStream.shared }
        log.note(hotRequest, reply, by: .http1, peer: context.peer?.description)
        let response = reply.response(requestID: context.requestID)
        // A body behind a reply to HEAD would be taken for the next reply (RFC 9110 §9.3.2).
        return request.method == .head ? response.createHeadResponse() : response
    }
}

extension HotReply {
    /// The reply as Hummingbird's.
    fileprivate func response(requestID: String) -> Response {
        var headers = HTTPFields()
        headers[.xRequestID] = requestID
        headers[.cacheControl] = caching.description
        for (name, value) in fields {
            if let name = HTTPField.Name(name.description) { headers[name] = value }
        }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension HTTPHeaders {
    /// The fields in the form in which the other door sees them.
    fileprivate init(_ fields: HTTPFields) {
        self.init(fields.map { ($0.name.rawName, $0.value) })
    }
}
