import Model
import Policy

/// `redirect_uri` is one that the app registered, byte for byte (threats R1 to R4), and has room for our answer.
enum RedirectURICheck {
    /// As the request named it; the app's only one if it named none (RFC 6749 §3.1.2.3), which OpenID Connect does not
    /// allow (Core §3.1.2.1).
    static func uri(of parameters: AuthorizationParameters, for app: App) throws(AuthorizationError) -> String {
        guard !parameters.repeated.contains("redirect_uri") else { throw .repeated }
        let uri: String
        if let named = parameters["redirect_uri"] {
            guard app.redirectURIs.contains(where: { $0.matches(named) }) else { throw .unknownRedirectURI }
            uri = named
        } else {
            let isOpenID = parameters["scope"]?.split(separator: " ").contains("openid") ?? false
            guard app.redirectURIs.count == 1, let only = app.redirectURIs.first, !isOpenID else {
                throw .missingRedirectURI
            }
            uri = only.text
        }
        guard isSafe(uri) else { throw .unsafeRedirectURI }
        return uri
    }

    /// Whether no parameter in the URI's own query could be taken for one of our answer (threat R7). It has no fragment
    /// (``RedirectURI``).
    static func isSafe(_ uri: String) -> Bool {
        guard let mark = uri.firstIndex(of: "?") else { return true }
        return uri[uri.index(after: mark)...].split(whereSeparator: { $0 == "&" || $0 == ";" }).allSatisfy { pair in
            guard let name = Form.decode(pair.prefix { $0 != "=" }) else { return false }
            return !ours.contains(name.lowercased())
        }
    }

    /// Of every response type and mode that there is, not of ours alone.
    private static let ours: Set = [
        "code", "state", "iss", "error", "error_description", "error_uri", "response", "id_token", "access_token",
        "token_type", "expires_in", "scope", "session_state",
    ]
}
