package import Hummingbird
package import Model

/// What is done for every request that comes the ordinary way: finds out where it came from, and notes what became of
/// it in the log.
package struct RequestMiddleware: RouterMiddleware {
    package typealias Context = CallerContext

    private let proxies: TrustedProxies
    private let log: RequestLog
    private let now: @Sendable () -> Instant

    package init(proxies: TrustedProxies, log: RequestLog, now: @escaping @Sendable () -> Instant) {
        self.proxies = proxies
        self.log = log
        self.now = now
    }

    package func handle(
        _ request: Request, context: CallerContext,
        next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.clientAddress = proxies.clientAddress(peer: context.peer, fields: request.headers)
        let response = try await next(request, context)
        log.note(
            response.headers[.xRequestID] ?? context.requestID, request.method, path: request.uri.path,
            status: response.status.code, address: context.clientAddress, caller: context.notes.caller,
            rule: context.notes.rule, at: now())
        return response
    }
}
