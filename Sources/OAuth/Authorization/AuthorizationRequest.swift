import CredentialFormat
package import Model
package import Policy

/// An authorization request whose app and redirect URI are proven, and of which nothing is wrong.
package struct AuthorizationRequest: Sendable, Redacted {
    /// The longest, as a query, in bytes: it must fit into the address of the sign-in page.
    package static let maximumBytes = 8000

    /// As it came, in characters of a URI alone: for the form of the consent page and the address of the sign-in.
    package var query: String { parameters.escaped }
    /// The query to begin again with, as another user.
    package var choosingUser: String { parameters.choosingUser }
    /// Where the browser will be sent, as a source for `form-action` of a Content-Security-Policy.
    package var answerSource: String { AuthorizationResponse.source(of: redirectURI) }
    /// As the request named it, or the app's only one.
    package var redirectURI: String { returnAddress.uri }
    package var state: String? { returnAddress.state }
    package var app: App { asked.app }
    /// What the app asks for. Never empty.
    package var scopes: ScopeSet { asked.scopes }
    /// For the sign-in page.
    package var loginHint: String? { asked.loginHint }

    private let parameters: AuthorizationParameters
    let asked: AskedAccess
    let returnAddress: ReturnAddress
    /// Whether the request named it itself, so the exchange must do so again.
    let namesRedirectURI: Bool

    init(_ parameters: AuthorizationParameters, for asked: AskedAccess, answeredAt address: ReturnAddress) {
        self.parameters = parameters
        self.asked = asked
        returnAddress = address
        namesRedirectURI = parameters["redirect_uri"] != nil
    }

    /// Whether the user is to choose as whom to go on.
    package var letsChooseUser: Bool { asked.prompts.contains(.selectAccount) }

    /// Whether it may be answered without a page, where the user consented to as much before. Nobody else can receive
    /// what is sent to an `https` address of the app's own; a public app of the user's machine may be another one that
    /// took its name (RFC 8252 §8.6, threat P2).
    var maySkipConsent: Bool {
        guard !asked.prompts.contains(.consent) else { return false }
        return !app.isPublic || redirectURI.lowercased().hasPrefix("https://")
    }
}
