/// Folders of paths that are ours, with all that lies below them. Pages stand nowhere else, and a product can lay none of its
/// further paths over one (``covers(_:)``).
package enum ReservedPath: String, Sendable, CaseIterable {
    case api = "/api/v1"
    case oauth = "/oauth2"
    case wellKnown = "/.well-known"
    case assets = "/assets"
    case signIn = "/sign-in"
    case signOut = "/sign-out"
    case account = "/account"
    case consent = "/consent"
    case forgotPassword = "/forgot-password"
    case passwordReset = "/password-reset"
    case invitation = "/invitation"
    case handOver = "/hand-over"
    case emailChange = "/email-change"
    /// Where providers send browsers back to, and what they call themselves.
    case connections = "/connections"
    case parts = "/_parts"
    /// An account's pages.
    case console = "/o"
    /// The operator's pages.
    case operating = "/operator"

    /// The path itself.
    package var path: String { rawValue }

    /// A path below it.
    package func below(_ rest: String) -> String { "\(rawValue)/\(rest)" }

    /// Whether we answer at a path ourselves, or may once: it is an endpoint's, a folder's, or below one.
    package static func covers(_ path: String) -> Bool {
        let ours = allCases.map(\.path) + ServedEndpoint.allCases.map(\.path)
        return ours.contains { path == $0 || path.hasPrefix($0 + "/") } || path.hasPrefix(document)
    }

    /// What the paths of the OpenAPI document begin with, in whatever form.
    private static let document = "/openapi."
}
