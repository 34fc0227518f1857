import HTTPTypes
package import Hummingbird
package import Policy
import ProductDefinition

/// Lets requests through whose path is written in its one form, and no others: `/a/b`.
///
/// The router passes over empty segments, so `//verify` and `/verify/` would be `/verify`, which a proxy's rules for a prefix
/// do not see. No path of ours has anything to encode either. Behind `/verify/` stands what the caller of a gateway asked
/// for, in whatever form (``HotEndpoint/verify``), and nothing is looked up by it. Neither is by what a provider is asked for
/// (``RelayedPath``).
package struct CanonicalPaths: HTTPResponder {
    package typealias Context = CallerContext

    private static let originals = ServedEndpoint.verify.below("")

    private let known: any HTTPResponder<CallerContext>
    private let unknown: any HTTPResponder<CallerContext>

    /// - Parameters:
    ///   - known: Answers what is asked for in the one form.
    ///   - unknown: Has no routes, and says so in the form that the asker reads.
    package init(_ known: any HTTPResponder<CallerContext>, unknown: any HTTPResponder<CallerContext>) {
        self.known = known
        self.unknown = unknown
    }

    package func respond(to request: Request, context: CallerContext) async throws -> Response {
        let path = request.target.path
        let isKnown =
            Self.isCanonical(path) || path.hasPrefix(Self.originals)
            || RelayedPath(path).map { Self.isCanonical($0.own) } ?? false
        return try await (isKnown ? known : unknown).respond(to: request, context: context)
    }

    /// Whether a path is absolute, with no empty segment, none that is a dot or two, no final slash and nothing encoded.
    package static func isCanonical(_ path: Substring) -> Bool {
        guard path.utf8.first == UInt8(ascii: "/") else { return false }
        if path.utf8.count == 1 { return true }
        // Of the segment that is read: how long it is, and how many of its bytes are dots.
        var (length, dots) = (0, 0)
        for byte in path.utf8.dropFirst() {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "\\"): return false
            case UInt8(ascii: "/"):
                guard isSegment(length, dots) else { return false }
                (length, dots) = (0, 0)
            default:
                length += 1
                if byte == UInt8(ascii: ".") { dots += 1 }
            }
        }
        return isSegment(length, dots)
    }

    /// Whether a segment is neither empty nor one or two dots alone.
    private static func isSegment(_ length: Int, _ dots: Int) -> Bool {
        length > 0 && (dots < length || length > 2)
    }
}

/// Leads whoever writes the path of a page with too many slashes to that page (RFC 9110 §15.4.9).
package struct CanonicalPages: RouterMiddleware {
    package typealias Context = CallerContext

    private let pages: Set<String>
    private let address: PublicAddress

    /// - Parameters:
    ///   - pages: The paths at which people see something.
    ///   - address: Where the server is reached.
    package init(_ pages: Set<String>, at address: PublicAddress) {
        self.pages = pages
        self.address = address
    }

    package func handle(
        _ request: Request, context: CallerContext, next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        let (path, query) = request.target
        let page = "/" + path.split(separator: "/").joined(separator: "/")
        guard request.method == .get || request.method == .head, path.hasPrefix("/"), pages.contains(page) else {
            return try await next(request, context)
        }
        return Response(
            status: .permanentRedirect, headers: [.location: address.link(page + query), .cacheControl: "no-store"])
    }
}

extension Request {
    /// The path as it was written, and what stands behind it.
    fileprivate var target: (path: Substring, query: Substring) {
        let target = head.path ?? ""
        let mark = target.firstIndex(of: "?") ?? target.endIndex
        return (target[..<mark], target[mark...])
    }
}
