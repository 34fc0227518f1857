public import ClavigerVerifier
public import Hummingbird
import HTTPTypes

/// What a route needs of who calls, as a type: a route that is written behind it cannot be reached without it.
///
/// ```swift
/// enum ReadOrders: ScopeRequirement { static let scopes = ["orders.read"] }
/// router.group("orders").add(middleware: VerifierMiddleware<ReadOrders, _>(verifier))
/// ```
public protocol ScopeRequirement: Sendable {
    /// All of these.
    static var scopes: [String] { get }
}

/// No scope in particular: a credential that is good for this backend.
public enum AnyScope: ScopeRequirement {
    /// None.
    public static let scopes: [String] = []
}

/// A context that says who calls.
public protocol VerifiedRequestContext: RequestContext {
    /// Who calls; nil before a ``VerifierMiddleware`` has let the call pass.
    var caller: Caller? { get set }
}

extension VerifiedRequestContext {
    /// Who calls.
    ///
    /// - Throws: 401 where no ``VerifierMiddleware`` stands before the route.
    public func requireCaller() throws -> Caller {
        guard let caller else { throw HTTPError(.unauthorized) }
        return caller
    }
}

/// Lets calls pass whose credential is good for what `Requirement` says, and answers all others.
public struct VerifierMiddleware<Requirement: ScopeRequirement, Context: VerifiedRequestContext>: RouterMiddleware {
    private let verifier: Verifier
    private let address: @Sendable (Request, Context) -> String?
    private let organization: @Sendable (Request, Context) -> String?

    /// - Parameters:
    ///   - verifier: What judges.
    ///   - address: From where a call comes, behind proxies as those tell. Without it credentials that are bound to addresses are
    ///     refused.
    ///   - organization: In which organization the caller wants to act, nil for the credential's own.
    public init(
        _ verifier: Verifier, address: @escaping @Sendable (Request, Context) -> String? = { _, _ in nil },
        organization: @escaping @Sendable (Request, Context) -> String? = { _, _ in nil }
    ) {
        self.verifier = verifier
        self.address = address
        self.organization = organization
    }

    /// Answers, or passes the call on with who calls.
    public func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        do {
            // Two fields are one with a comma, which is no credential.
            context.caller = try await verifier.check(
                authorization: request.headers[.authorization], scopes: Requirement.scopes,
                address: address(request, context), organization: organization(request, context))
        } catch {
            return error.response
        }
        return try await next(request, context)
    }
}

extension Refusal {
    /// The answer to a call that is refused, with an empty body.
    public var response: Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        headers[.wwwAuthenticate] = challenge
        headers[.retryAfter] = retryAfter.map(String.init)
        return Response(status: HTTPResponse.Status(code: status), headers: headers, body: ResponseBody())
    }
}
