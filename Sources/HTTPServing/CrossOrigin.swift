import HTTPTypes
package import Hummingbird
import Model

/// What apps in browsers may read, whichever page they run in (Fetch, CORS protocol): what they reach with a token or a code that
/// they hold anyway, never with a cookie. The origin is `*`, with which browsers send none.
enum CrossOrigin {
    static let origin = "*"
    static let requestFields = "Authorization, Content-Type"
    /// How long a browser may keep the answer to a preflight request, in seconds.
    static let preflightSeconds = "7200"
}

/// Lets apps in browsers read the replies of ordinary routes, errors too, and answers their preflight requests.
package struct CrossOriginMiddleware: RouterMiddleware {
    package typealias Context = CallerContext

    /// Path → its methods.
    private let paths: [String: String]

    package init(_ paths: [String: String]) {
        self.paths = paths
    }

    package func handle(
        _ request: Request, context: CallerContext,
        next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        guard request.headers[.origin] != nil, let methods = paths[request.uri.path] else {
            return try await next(request, context)
        }
        var response: Response
        if request.method == .options {
            response = Response(
                status: .ok,
                headers: [
                    .accessControlAllowMethods: methods, .accessControlAllowHeaders: CrossOrigin.requestFields,
                    .accessControlMaxAge: CrossOrigin.preflightSeconds, .xRequestID: context.requestID,
                ])
        } else {
            response = try await next(request, context)
        }
        response.headers[.accessControlAllowOrigin] = CrossOrigin.origin
        return response
    }
}
