package import HTTPTypes
package import Model
package import Policy

/// A request to a hot route, whichever door it came through.
package struct HotRequest: Sendable {
    package let endpoint: HotEndpoint
    package let method: HTTPRequest.Method
    /// What follows the question mark, still encoded.
    package let query: Substring?
    package let fields: HTTPFields
    package let body: [UInt8]
    /// The other end of the connection.
    package let peer: IPAddress?
    package let requestID: String
    package let now: Instant

    package init(
        endpoint: HotEndpoint, method: HTTPRequest.Method, query: Substring?, fields: HTTPFields, body: [UInt8],
        peer: IPAddress?, requestID: String, now: Instant
    ) {
        self.endpoint = endpoint
        self.method = method
        self.query = query
        self.fields = fields
        self.body = body
        self.peer = peer
        self.requestID = requestID
        self.now = now
    }
}

/// The routes that are answered on the event loop (design §11).
package enum HotEndpoint: String, Sendable, CaseIterable {
    case verify
    case token
    case introspect
    case revoke
    case keySet
    case metadata
    case alive

    /// Whether the endpoint answers this method.
    package func allows(_ method: HTTPRequest.Method) -> Bool {
        switch self {
        case .verify: true
        case .token, .introspect, .revoke: method == .post
        case .keySet, .metadata, .alive: method == .get || method == .head
        }
    }

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
