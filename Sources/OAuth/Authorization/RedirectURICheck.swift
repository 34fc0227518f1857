import Model
import Policy

/// `redirect_uri` is one that the app registered, byte for byte (threats R1 to R4), and has room for our answer (R7).
enum RedirectURICheck {
    /// As the request named it; the app's only one if it named none (RFC 6749 §3.1.2.3), which OpenID Connect does not
    /// allow (Core §3.1.2.1).
    static func uri(of parameters: AuthorizationParameters, for app: App) throws(AuthorizationError) -> String {
        guard !parameters.repeated.contains("redirect_uri") else { throw .repeated }
        let (uri, registered): (String, RedirectURI)
        if let named = parameters["redirect_uri"] {
            guard let match = app.redirectURIs.first(where: { $0.matches(named) }) else {
                throw .unknownRedirectURI.of(app)
            }
            (uri, registered) = (named, match)
        } else {
            let isOpenID = parameters["scope"]?.split(separator: " ").contains("openid") ?? false
            guard app.redirectURIs.count == 1, let only = app.redirectURIs.first, !isOpenID else {
                throw .missingRedirectURI.of(app)
            }
            (uri, registered) = (only.text, only)
        }
        // They have the same query, whatever the port.
        guard !registered.hasParameter(among: RedirectURI.answerParameters) else {
            throw .unsafeRedirectURI.of(app)
        }
        return uri
    }
}
