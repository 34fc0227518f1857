import Model
import Persistence

/// Why an authorization request is answered with a page of ours, and its app never hears of it: who asks, or where to
/// send the answer, is not proven (RFC 6749 §4.1.2.1, threats R4, R6).
package struct AuthorizationError: Error, Equatable, Sendable {
    /// In one word, for the log and the page.
    package enum Reason: String, Sendable {
        case malformed
        case tooLong = "too_long"
        case repeated
        case unknownClient = "unknown_client"
        case missingRedirectURI = "missing_redirect_uri"
        case unknownRedirectURI = "unknown_redirect_uri"
        case unsafeRedirectURI = "unsafe_redirect_uri"
        case state
    }

    package let reason: Reason
    /// For people, most of whom will be developers: fixed text, so nothing of the request can get into it.
    package let explanation: StaticString
    /// The name of the app, where it is known and its request alone is wrong.
    package private(set) var app: String?
    /// The name of the organization that made the app, where the app is known.
    package private(set) var owner: String?
    /// What was refused, where the app is known: its makers are told why.
    package private(set) var refused: RefusedApp?

    private init(_ reason: Reason, _ explanation: StaticString) {
        self.reason = reason
        self.explanation = explanation
    }

    static let malformed = AuthorizationError(.malformed, "The address is not a well-formed authorization request.")
    static let tooLong = AuthorizationError(.tooLong, "The request is longer than 8000 bytes.")
    static let repeated = AuthorizationError(
        .repeated, "client_id, redirect_uri or state is in the address more than once.")
    static let unknownClient = AuthorizationError(.unknownClient, "client_id is missing, or names no app.")
    static let missingRedirectURI = AuthorizationError(
        .missingRedirectURI,
        "redirect_uri is missing. Only an app with exactly one may leave it out, and not with the scope openid.")
    static let unknownRedirectURI = AuthorizationError(
        .unknownRedirectURI, "redirect_uri is none of those that are registered for the app, to the letter.")
    static let unsafeRedirectURI = AuthorizationError(
        .unsafeRedirectURI, "redirect_uri has a parameter in it that only our answer may have.")
    static let state = AuthorizationError(.state, "state is longer than 2048 bytes.")

    /// The same, of an app that is known.
    func of(_ app: App) -> AuthorizationError {
        var error = self
        error.app = app.name
        return error
    }

    /// The same, of a request that an app made which is known.
    func refusing(_ asking: AskingApp, _ parameters: AuthorizationParameters) -> AuthorizationError {
        var error = self
        error.refused = RefusedApp(asking, parameters)
        return error
    }

    /// The same, of an app that this organization made.
    func made(by owner: String?) -> AuthorizationError {
        var error = self
        error.owner = owner
        return error
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.reason == right.reason
    }
}
