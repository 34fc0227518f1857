package import NIOHTTP1
package import OAuth
package import ProductDefinition

/// The routes that are answered on the event loop (record 0004).
package enum HotEndpoint: Hashable, Sendable, CaseIterable {
    case verify
    case oauth(OAuthEndpoint)
    case revocationFeed
    case published(PublishedDocument)
    case alive

    /// What anybody may read and keep for a while.
    package enum PublishedDocument: Hashable, Sendable, CaseIterable {
        case keySet
        case serverMetadata
    }

    package static var allCases: [HotEndpoint] {
        [.verify, .revocationFeed, .alive] + OAuthEndpoint.allCases.map(Self.oauth)
            + PublishedDocument.allCases.map(Self.published)
    }

    /// Its place among all of them, for what is kept of each.
    var place: Int {
        switch self {
        case .verify: 0
        case .oauth(.token): 1
        case .oauth(.introspect): 2
        case .oauth(.revoke): 3
        case .revocationFeed: 4
        case .published(.keySet): 5
        case .published(.serverMetadata): 6
        case .alive: 7
        }
    }

    /// Whether the endpoint answers this method.
    package func allows(_ method: HTTPMethod) -> Bool {
        switch self {
        case .verify: true
        case .oauth: method == .POST
        case .revocationFeed: method == .GET
        case .published, .alive: method == .GET || method == .HEAD
        }
    }

    /// Whether apps in browsers may read its replies (``CrossOrigin``).
    var isForBrowsers: Bool {
        switch self {
        case .oauth(.token), .oauth(.revoke), .published: true
        case .oauth(.introspect), .verify, .revocationFeed, .alive: false
        }
    }

    /// Whether its replies may be kept, also by who asks without an `Origin`. So all of them are the same
    /// (Fetch, CORS protocol and HTTP caches).
    var isPublished: Bool {
        if case .published = self { true } else { false }
    }

    /// The `Allow` field of its 405 (RFC 9110 §15.5.6).
    var allowed: String {
        switch self {
        case .verify: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
        case .oauth: "POST"
        case .revocationFeed: "GET"
        case .published, .alive: "GET, HEAD"
        }
    }

    /// Where it answers.
    package var canonical: ServedEndpoint {
        switch self {
        case .verify: .verify
        case .oauth(let endpoint): endpoint.canonical
        case .revocationFeed: .revocationFeed
        case .published(.keySet): .keySet
        case .published(.serverMetadata): .serverMetadata
        case .alive: .alive
        }
    }

    /// The canonical path.
    package var path: String { canonical.path }
}
