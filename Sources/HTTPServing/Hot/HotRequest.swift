import CredentialFormat
import Verification
package import Model
package import NIOCore
package import NIOHTTP1
package import Policy

/// A request to a hot route, whichever door it came through.
package struct HotRequest: Sendable, Redacted {
    package let endpoint: HotEndpoint
    package let method: HTTPMethod
    /// What follows the question mark, still encoded.
    package let query: Substring?
    /// The caller's own target, where the gateway puts `/verify` before it.
    package let original: Substring?
    package let headers: HTTPHeaders
    package let body: ByteBuffer?
    /// The other end of the connection.
    package let peer: IPAddress?
    package let requestID: String
    package let now: Instant
    /// When all of it was there, in nanoseconds of ``Uptime``.
    let begunAt: Int64

    package init(
        target: HotTarget, method: HTTPMethod, headers: HTTPHeaders, body: ByteBuffer?, peer: IPAddress?,
        requestID: String, now: Instant
    ) {
        begunAt = Uptime.nanoseconds()
        endpoint = target.endpoint
        query = target.query
        original = target.original
        self.method = method
        self.headers = headers
        self.body = body
        self.peer = peer
        self.requestID = requestID
        self.now = now
    }

    /// The value of a header field, nil without one. A field that was sent several times is one list (RFC 9110 §5.2), so
    /// two credentials are never taken for one. White space around a value is no part of it (RFC 9112 §5.1).
    func field(_ name: String) -> String? {
        var found: String?
        for header in headers where header.name.isField(name) {
            let value = header.value.isWithoutOuterSpace ? header.value : String(header.value.withoutOuterSpace)
            found = found.map { "\($0), \(value)" } ?? value
        }
        return found
    }
}

/// What a request target names, where it is a hot route.
package struct HotTarget: Sendable, Redacted {
    package let endpoint: HotEndpoint
    let query: Substring?
    let original: Substring?

    package init(_ endpoint: HotEndpoint, query: Substring? = nil, original: Substring? = nil) {
        self.endpoint = endpoint
        self.query = query
        self.original = original
    }
}
