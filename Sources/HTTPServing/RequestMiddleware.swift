package import Hummingbird
package import Model
import NIOHTTP1
import Policy
import Verification

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
        let begunAt = Uptime.nanoseconds()
        var context = context
        context.clientAddress = proxies.clientAddress(peer: context.peer, fields: request.headers)
        var response = try await next(request, context)
        // What does not say otherwise is about one caller at one moment, and no cache may keep it.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        var answered = AnsweredRequest(
            response.headers[.xRequestID] ?? context.requestID, request.method.rawValue, by: context.spoken,
            path: Self.loggable(request.uri.path), status: response.status.code, at: now())
        answered.nanoseconds = Uptime.nanoseconds() &- begunAt
        answered.bytes = response.body.contentLength
        answered.address = context.clientAddress?.description
        context.notes.tell(&answered)
        log.note(answered, to: context.endpointPath)
        // What says that a body would come in pieces has none, and no length that is known.
        guard request.method == .head, response.headers[.transferEncoding] == nil else { return response }
        // A body behind a reply to HEAD would be taken for the next reply (RFC 9110 §9.3.2).
        return response.createHeadResponse()
    }

    /// The longest part of a path that is logged, in bytes. No identifier and no word of ours is as long; every secret is
    /// longer.
    private static let longestPart = 40
    /// The longest path that is logged, in bytes.
    private static let longestPath = 256

    /// A path as the log shows it, without what may be a secret in the wrong place (threat K9), and bounded (law 7).
    ///
    /// Of what a provider is asked for, the host alone: addresses of people and secrets of providers are shorter than ours.
    static func loggable(_ path: String) -> String {
        if let relayed = RelayedPath(path[...]), let host = relayed.rest.firstIndex(of: "/") {
            return loggable("\(relayed.own)/\(relayed.rest[..<host])") + "/…"
        }
        guard path.utf8.count > longestPart else { return path }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let known = parts.map { $0.utf8.count > longestPart ? "…" : $0 }.joined(separator: "/")
        return known.utf8.count > longestPath ? "…" : known
    }
}

extension HTTPRequestHead {
    /// The path as the log shows it.
    var loggablePath: String { RequestMiddleware.loggable(String(uri.prefix { $0 != "?" && $0 != "#" })) }
}
