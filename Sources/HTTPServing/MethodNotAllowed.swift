package import HTTPTypes
package import Hummingbird

extension HTTPField.Name {
    /// `Accept-Patch` (RFC 5789 §3.1)
    package static let acceptPatch = HTTPField.Name("Accept-Patch") ?? .accept
}

/// The answer to a method that a known path does not take (RFC 9110 §15.5.6), whichever path it is.
///
/// It is asked for what the router has no route for, and looks by the path alone. A route for each method that a path does not take
/// would come to some seven thousand, each with a chain of all middlewares of its own: six megabytes of a server that waits.
package struct MethodNotAllowed: RouterMiddleware {
    package typealias Context = CallerContext

    /// Answers at every path of the router, with what it takes.
    private let paths: any HTTPResponder<CallerContext>

    /// Adds it for every path that the router has so far.
    package static func register(on router: Router<CallerContext>) {
        let paths = Router(context: CallerContext.self)
        for (_, routes) in Dictionary(grouping: router.routes, by: \.path.description) {
            guard let path = routes.first?.path else { continue }
            var allowed = Set(routes.map(\.method))
            // The router makes these.
            if allowed.contains(.get) { allowed.insert(.head) }
            var headers: HTTPFields = [.allow: allowed.map(\.rawValue).sorted().joined(separator: ", ")]
            if allowed.contains(.patch) { headers[.acceptPatch] = "application/json" }
            paths.on(path, method: .get) { [headers] _, _ -> Response in Response(status: .ok, headers: headers) }
        }
        // As the last one: it stands before what is not found, and before no route.
        router.add(middleware: MethodNotAllowed(paths: paths.buildResponder()))
    }

    private init(paths: any HTTPResponder<CallerContext>) {
        self.paths = paths
    }

    package func handle(
        _ request: Request, context: CallerContext, next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            guard OrdinaryDoor.methodNames.contains(request.method.rawValue) else { throw error }
            var head = request.head
            head.method = .get
            let known = try await paths.respond(
                to: Request(head: head, body: request.body), context: context)
            guard let allowed = known.headers[.allow] else { throw error }
            var headers: HTTPFields = [.allow: allowed]
            headers[.acceptPatch] = known.headers[.acceptPatch]
            throw ProblemDocument(
                status: .methodNotAllowed, type: "method-not-allowed", title: "Method not allowed",
                detail: "This path takes only the methods that `Allow` names.", headers: headers)
        }
    }
}
