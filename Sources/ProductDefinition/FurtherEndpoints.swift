/// Absolute paths at which the OAuth endpoints answer besides their canonical ones, for clients that were
/// written against another address. Metadata names the first of them.
package struct FurtherEndpoints: Hashable, Sendable {
    /// Beside `/oauth2/token`.
    package let token: [String]
    /// Beside `/oauth2/introspect`.
    package let introspect: [String]
    /// Beside `/oauth2/revoke`.
    package let revoke: [String]
    /// Beside `/oauth2/authorize`.
    package let authorize: [String]
    /// Beside `/oauth2/userinfo`.
    package let userinfo: [String]
    /// Beside `/oauth2/jwks`.
    package let jwks: [String]
    /// Beside `/.well-known/oauth-authorization-server`.
    package let metadata: [String]

    /// These paths. The loader has checked them; a test may give any.
    package init(
        token: [String] = [], introspect: [String] = [], revoke: [String] = [], authorize: [String] = [],
        userinfo: [String] = [], jwks: [String] = [], metadata: [String] = []
    ) {
        self.token = token
        self.introspect = introspect
        self.revoke = revoke
        self.authorize = authorize
        self.userinfo = userinfo
        self.jwks = jwks
        self.metadata = metadata
    }

    /// The further paths of an endpoint.
    package func paths(beside endpoint: ServedEndpoint) -> [String] {
        switch endpoint {
        case .authorize: authorize
        case .token: token
        case .introspect: introspect
        case .revoke: revoke
        case .userinfo: userinfo
        case .keySet: jwks
        case .serverMetadata: metadata
        case .logout, .openIDConfiguration, .verify, .selfRevoke, .secretScanning, .revocationFeed, .alive, .ready,
            .openAPIYAML, .openAPIJSON:
            []
        }
    }

    /// Every path at which an endpoint answers, the canonical one first.
    package func paths(of endpoint: ServedEndpoint) -> [String] {
        [endpoint.path] + paths(beside: endpoint)
    }

    /// The path by which metadata and pages name an endpoint: the first further one, else the canonical one.
    package func publicPath(of endpoint: ServedEndpoint) -> String {
        paths(beside: endpoint).first ?? endpoint.path
    }

    /// What is wrong with a path, nil if nothing is: absolute, at most 200 bytes, its segments of unreserved characters
    /// (RFC 3986 §2.3) and none of them empty, `.` or `..`, and none of our own.
    static func problem(with path: String) -> String? {
        guard path.hasPrefix("/") else { return "a path begins with a slash" }
        guard path.utf8.count <= 200 else { return "a path has at most 200 bytes" }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            return "a path has no empty segment, and none that is a dot or two"
        }
        guard segments.allSatisfy({ $0.utf8.allSatisfy(isUnreserved) }) else {
            return "a path has only letters, digits and - . _ ~ between its slashes"
        }
        return ReservedPath.covers(path) ? "the path \(path) is one of Claviger's own" : nil
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}
