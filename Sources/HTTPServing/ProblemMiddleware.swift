import HTTPTypes
package import Hummingbird
package import Logging
import Model
import Persistence

/// The one place where what a service or the store refuses becomes a status.
package struct ProblemMiddleware: RouterMiddleware {
    package typealias Context = CallerContext

    package init() {}

    package func handle(
        _ request: Request, context: CallerContext, next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        do {
            var response = try await next(request, context)
            if response.headers[.xRequestID] == nil { response.headers[.xRequestID] = context.requestID }
            return response
        } catch {
            return Self.problem(for: error, logger: context.logger, requestID: context.requestID)
                .response(requestID: context.requestID)
        }
    }

    /// The problem that an error is to the caller. What the caller must not learn goes to the log instead.
    package static func problem(for error: any Error, logger: Logger, requestID: String) -> ProblemDocument {
        switch error {
        case let problem as ProblemDocument: return problem
        case let refusal as Refusal: return problem(for: refusal)
        case let error as HTTPError: return problem(for: error)
        case let cutShort as RequestCutShort: return cutShort.problem
        case StoreError.uncertain:
            logger.warning("uncertain whether a change was made", metadata: ["request_id": "\(requestID)"])
            return unavailable(
                """
                The database was lost while the change was made: it may or may not have been made. Look before you repeat \
                the request, or repeat it with the same Idempotency-Key.
                """)
        case StoreError.unwritable:
            return ProblemDocument(
                status: .serviceUnavailable, type: "unwritable", title: "Nothing can be written at present",
                detail: """
                    The server cannot store changes at present, so nothing was changed. Credentials that exist are verified as \
                    ever. Repeat the request later; the operator has to see to it.
                    """, headers: [.retryAfter: "10"])
        case is CancellationError:
            return unavailable("The server is shutting down. Repeat the request later.")
        default: return problem(for: Fault(error), because: error, logger: logger, requestID: requestID)
        }
    }

    /// The status with which an error is answered.
    static func status(of error: any Error) -> Int {
        switch error {
        case let problem as ProblemDocument: problem.status.code
        case let refusal as Refusal: problem(for: refusal).status.code
        case let error as HTTPError: error.status.code
        case let cutShort as RequestCutShort: cutShort.problem.status.code
        case StoreError.uncertain, StoreError.unwritable, is CancellationError: 503
        default:
            switch Fault(error) {
            case .tooManyLookUps: 429
            case .unavailable: 503
            case .mistake: 500
            }
        }
    }

    private static func problem(
        for fault: Fault, because error: any Error, logger: Logger, requestID: String
    ) -> ProblemDocument {
        switch fault {
        case .tooManyLookUps:
            return ProblemDocument(
                status: .tooManyRequests, type: "too-many-unknown", title: "Too many unknown credentials",
                detail: "Too many credentials that do not exist were tried lately.", headers: [.retryAfter: "1"])
        case .unavailable:
            return unavailable(
                """
                The server is busy or shutting down, or its database cannot be reached. Nothing was changed. Repeat the \
                request later.
                """)
        case .mistake:
            logger.error("unexpected error", metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            return ProblemDocument(
                status: .internalServerError, type: "internal", title: "Internal error",
                detail: "Something went wrong here. The operator finds it in the log under the request's identifier.")
        }
    }

    private static func unavailable(_ detail: String) -> ProblemDocument {
        ProblemDocument(
            status: .serviceUnavailable, type: "unavailable", title: "Not available at present", detail: detail,
            headers: [.retryAfter: "1"])
    }

    private static func problem(for refusal: Refusal) -> ProblemDocument {
        switch refusal {
        case .notFound:
            ProblemDocument(
                status: .notFound, type: "not-found", title: "Not found",
                detail: "It does not exist, or you may not know of it.")
        case .forbidden(let permission):
            ProblemDocument(
                status: .forbidden, type: "forbidden", title: "Not permitted",
                detail: "This needs the permission \(permission.rawValue).")
        case .exceedsRights(let permission):
            ProblemDocument(
                status: .forbidden, type: "exceeds-rights", title: "More than you have",
                detail: "This would give the permission \(permission.rawValue), which you do not have yourself.")
        case .invalid(let fields):
            ProblemDocument(
                status: .unprocessableContent, type: "invalid", title: "Not acceptable",
                detail: "Some members of the request are not acceptable; see `errors`.", errors: fields)
        case .conflict(let code, let explanation):
            ProblemDocument(
                status: .conflict, type: code.replacing("_", with: "-"), title: "Conflict", detail: explanation)
        case .limitReached(let code, let explanation):
            ProblemDocument(
                status: .conflict, type: code.replacing("_", with: "-"), title: "Limit reached", detail: explanation)
        case .presenceRequired(let seconds):
            ProblemDocument(
                status: .forbidden, type: "presence-required", title: "Sign in again first",
                detail: """
                    This takes an access token of an app for which a user with the right has signed in within the last \
                    \(seconds) seconds. A key is not enough. Ask for one with prompt=login.
                    """,
                headers: [
                    .wwwAuthenticate: "Bearer error=\"insufficient_user_authentication\", max_age=\"\(seconds)\""
                ])
        case .tooOften(let seconds):
            ProblemDocument(
                status: .tooManyRequests, type: "too-often", title: "Too often",
                detail: "This was done too often lately. Repeat it in \(seconds) seconds.",
                headers: [.retryAfter: "\(seconds)"])
        case .preconditionFailed:
            ProblemDocument(
                status: .preconditionFailed, type: "precondition-failed", title: "Changed in the meantime",
                detail: "It is not at a version that If-Match or If-None-Match allows. Read it again.")
        }
    }

    private static func problem(for error: HTTPError) -> ProblemDocument {
        let type = error.status.reasonPhrase.lowercased().replacing(" ", with: "-")
        return ProblemDocument(
            status: error.status, type: type, title: error.status.reasonPhrase,
            detail: error.body ?? error.status.reasonPhrase, headers: error.headers)
    }
}
