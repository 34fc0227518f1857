import HTTPTypes
package import Hummingbird
import NIOCore

/// Refuses a body that is announced to be larger than any route takes, before anybody looks at the request or waits for the
/// body: 413 (RFC 9110 §15.5.14).
package struct BodyLimit: RouterMiddleware {
    package typealias Context = CallerContext

    package init() {}

    package func handle(
        _ request: Request, context: CallerContext, next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        guard !Self.isExceeded(by: request) else {
            context.notes.refused(by: WireRefusal.bodyTooLarge.rule)
            throw Self.isRelayed(request) ? ProblemDocument.relayedBodyTooLarge : ProblemDocument.bodyTooLarge
        }
        do {
            return try await next(request, context)
        } catch let cutShort as RequestCutShort {
            context.notes.refused(by: cutShort.reason.rule)
            throw cutShort.problem
        } catch is NIOTooManyBytesError {
            throw ProblemDocument.bodyTooLarge
        }
    }

    /// Whether the announced length is larger than the limit. What is no `Int` is.
    static func isExceeded(by request: Request) -> Bool {
        guard let announced = request.headers[.contentLength] else { return false }
        guard let length = Int(announced) else { return true }
        return length > HotDoor.maximumBody && (length > HotDoor.maximumRelayedBody || !isRelayed(request))
    }

    private static func isRelayed(_ request: Request) -> Bool {
        request.head.path.map { RelayedPath($0[...]) != nil } ?? false
    }
}
