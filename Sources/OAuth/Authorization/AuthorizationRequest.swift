import CredentialFormat
package import Model
package import Policy

/// An authorization request whose app and redirect URI are proven, and of which nothing is wrong.
package struct AuthorizationRequest: Sendable {
    /// The longest, as a query, in bytes: it must fit into the address of the sign-in page.
    package static let maximumBytes = 8000

    /// As it came, in characters of a URI alone: for the form of the consent page and the address of the sign-in.
    package let query: String
    /// The query to begin again with, as another user.
    package let choosingUser: String
    package let app: App
    /// As the request named it, or the app's only one.
    package var redirectURI: String { returnAddress.uri }
    package var state: String? { returnAddress.state }
    /// For the sign-in page.
    package let loginHint: String?
    /// What the app asks for. Never empty.
    package let scopes: ScopeSet
    /// Where the browser will be sent, as a source for `form-action` of a Content-Security-Policy.
    package var answerSource: String { AuthorizationResponse.source(of: redirectURI) }

    let returnAddress: ReturnAddress
    /// Whether the request named it itself, so the exchange must do so again.
    let namesRedirectURI: Bool
    let codeChallenge: String?
    let resource: String?
    let nonce: String?
    let prompts: Set<Prompt>
    let maxAge: Int?
    /// The user of `id_token_hint`: nobody else may answer.
    let expectedUser: ID<Member>?
    /// Whether a sign-in was asked for and done.
    let followsSignIn: Bool

    /// Whether the user is to choose as whom to go on.
    package var letsChooseUser: Bool { prompts.contains(.selectAccount) }

    /// Whether it may be answered without a page, where the user consented to as much before. Nobody else can receive
    /// what is sent to an `https` address of the app's own; a public app of the user's machine may be another one that
    /// took its name (RFC 8252 §8.6, threat P2).
    var maySkipConsent: Bool {
        guard !prompts.contains(.consent) else { return false }
        return !app.isPublic || redirectURI.lowercased().hasPrefix("https://")
    }
}
