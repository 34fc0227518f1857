package import HTTPServing
import HTTPTypes
package import Hummingbird

/// Says in a page that there is nothing at an address, or that too much was sent to it, where a browser asks for one. Programs
/// get the problem document of everything else.
package struct PageErrorMiddleware: RouterMiddleware {
    package typealias Context = CallerContext

    private let console: WebConsole

    package init(_ console: WebConsole) {
        self.console = console
    }

    package func handle(
        _ request: Request, context: CallerContext, next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound && Self.wantsPage(request) {
            return console.page(for: .notFound, context)
        } catch let problem as ProblemDocument where problem.status == .contentTooLarge && Self.wantsPage(request) {
            return console.page(for: .tooLarge, context)
        }
    }

    /// Browsers name HTML when somebody opens an address, and no other program does without meaning it (RFC 9110 §12.5.1).
    private static func wantsPage(_ request: Request) -> Bool {
        request.headers[values: .accept].contains { value in
            value.split(separator: ",").contains { range in
                range.prefix { $0 != ";" }.lowercased().filter { $0 != " " } == "text/html"
            }
        }
    }
}
