package import Model
package import NIOCore
package import NIOHTTP1
package import Policy

/// A request to a hot route, whichever door it came through.
package struct HotRequest: Sendable {
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

    package init(
        target: HotTarget, method: HTTPMethod, headers: HTTPHeaders, body: ByteBuffer?, peer: IPAddress?,
        requestID: String, now: Instant
    ) {
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
package struct HotTarget: Sendable {
    package let endpoint: HotEndpoint
    let query: Substring?
    let original: Substring?

    package init(_ endpoint: HotEndpoint, query: Substring? = nil, original: Substring? = nil) {
        self.endpoint = endpoint
        self.query = query
        self.original = original
    }
}

/// The routes that are answered on the event loop (record 0004).
package enum HotEndpoint: String, Sendable, CaseIterable {
    case verify
    case token
    case introspect
    case revoke
    case keySet
    case metadata
    case alive

    /// Whether the endpoint answers this method.
    package func allows(_ method: HTTPMethod) -> Bool {
        switch self {
        case .verify: true
        case .token, .introspect, .revoke: method == .POST
        case .keySet, .metadata, .alive: method == .GET || method == .HEAD
        }
    }

    /// Whether its errors are those of RFC 6749 §5.2.
    var isOAuth: Bool {
        switch self {
        case .token, .introspect, .revoke: true
        case .alive, .metadata, .keySet, .verify: false
        }
    }

    /// Whether apps in browsers may read its replies (``CrossOrigin``).
    var isForBrowsers: Bool {
        switch self {
        case .token, .revoke, .keySet, .metadata: true
        case .verify, .introspect, .alive: false
        }
    }

    /// Whether its replies may be kept, also by who asks without an `Origin`. So all of them are the same
    /// (Fetch, CORS protocol and HTTP caches).
    var isPublished: Bool { self == .keySet || self == .metadata }

    /// The `Allow` field of its 405 (RFC 9110 §15.5.6).
    var allowed: String {
        switch self {
        case .verify: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
        case .token, .introspect, .revoke: "POST"
        case .keySet, .metadata, .alive: "GET, HEAD"
        }
    }

    /// The canonical path.
    package var path: String {
        switch self {
        case .verify: "/verify"
        case .token: "/oauth2/token"
        case .introspect: "/oauth2/introspect"
        case .revoke: "/oauth2/revoke"
        case .keySet: "/oauth2/jwks"
        case .metadata: "/.well-known/oauth-authorization-server"
        case .alive: "/healthz"
        }
    }
}
