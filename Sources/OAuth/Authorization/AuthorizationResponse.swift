import Policy
import TextForms

/// What the browser takes to the app (RFC 6749 §4.1.2), with `iss` in each (RFC 9207, threat C4).
package struct AuthorizationResponse: Sendable {
    /// How (OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post Response Mode).
    package enum Mode: String, Sendable, CaseIterable {
        case query
        case formPost = "form_post"
    }

    /// One of its parameters.
    package struct Parameter: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    package let mode: Mode
    /// Where to: the action of the form of ``Mode/formPost``.
    package let redirectURI: String
    package let parameters: [Parameter]
    /// The name of the app that it is for.
    package let app: String
    /// The error code, for the log; nil where a code was given.
    package let rule: String?

    init(to address: ReturnAddress, _ first: [(String, String?)], rule: String? = nil) {
        mode = address.mode
        redirectURI = address.uri
        app = address.app
        self.rule = rule
        let all = first + [("state", address.state), ("iss", address.issuer)]
        parameters = all.compactMap { name, value in value.map { Parameter(name: name, value: $0) } }
    }

    /// The redirect URI with the parameters behind its own query, which is not disturbed (RFC 6749 §3.1.2).
    package var location: String {
        let added = parameters.map { "\(PercentEscape.value($0.name))=\(PercentEscape.value($0.value))" }.joined(
            separator: "&")
        if redirectURI.hasSuffix("?") || redirectURI.hasSuffix("&") { return redirectURI + added }
        return redirectURI + (redirectURI.contains("?") ? "&" : "?") + added
    }

    /// Where the browser will be sent, as a source for `form-action` of a Content-Security-Policy.
    package var formAction: String { Self.source(of: redirectURI) }

    /// Scheme, host and port, or the scheme alone of a native app.
    static func source(of redirectURI: String) -> String {
        guard let uri = try? RedirectURI(parsing: redirectURI) else { return "'none'" }
        return uri.origin ?? uri.privateUseScheme.map { "\($0):" } ?? "'none'"
    }
}

/// Where the answer to a request goes, proven to be the app's, and how.
struct ReturnAddress: Sendable {
    let uri: String
    var mode: AuthorizationResponse.Mode
    let state: String?
    let issuer: String
    /// The app's name.
    let app: String

    func answer(code: String) -> AuthorizationResponse {
        AuthorizationResponse(to: self, [("code", code)])
    }

    func answer(_ error: OAuthError) -> AuthorizationResponse {
        AuthorizationResponse(
            to: self, [("error", error.code.rawValue), ("error_description", error.description)],
            rule: error.rule)
    }
}
