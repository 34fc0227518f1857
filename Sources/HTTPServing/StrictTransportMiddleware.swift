import HTTPTypes
package import Hummingbird

/// Has browsers come by TLS alone for a year (RFC 6797). Only for an issuer under `https`: said over plain HTTP, it counts
/// for nothing (§7.2).
///
/// Subdomains and the preload list are the operator's to decide, at the proxy.
package struct StrictTransportMiddleware: RouterMiddleware {
    package typealias Context = CallerContext

    package init() {}

    package func handle(
        _ request: Request, context: CallerContext, next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.strictTransportSecurity] = "max-age=31536000"
        return response
    }
}
