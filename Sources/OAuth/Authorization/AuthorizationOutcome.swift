/// What becomes of an authorization request.
package enum AuthorizationOutcome: Sendable {
    /// A page of ours tells the user; nothing is sent anywhere.
    case errorPage(AuthorizationError)
    /// The browser takes an answer, a code or an error, to the app.
    case redirect(AuthorizationResponse)
    /// The user signs in first, or again; then the request goes on with its ``AuthorizationRequest/continuation``.
    case signIn(AuthorizationRequest)
    /// The user is asked.
    case consent(AuthorizationRequest, ConsentQuestion)
}
