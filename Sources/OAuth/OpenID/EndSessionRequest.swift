package import CredentialFormat

/// What an app asks for when it sends its user here to sign out (OpenID Connect RP-Initiated Logout §2).
package struct EndSessionRequest: Sendable {
    /// The longest `state`, in bytes. It comes back in a header field.
    package static let maximumState = 2000

    /// An ID token of ours, which may have expired.
    package let idTokenHint: PresentedText?
    package let clientID: String?
    package let postLogoutRedirectURI: String?
    package let state: String?

    /// The request with these parameters, of the query or of the body.
    ///
    /// - Throws: ``OAuthError`` `invalid_request` for a `state` of more than ``maximumState`` bytes.
    package init(form: Form) throws(OAuthError) {
        idTokenHint = form["id_token_hint"].map(PresentedText.init)
        clientID = form["client_id"]
        postLogoutRedirectURI = form["post_logout_redirect_uri"]
        state = form["state"]
        guard state.map({ $0.utf8.count <= Self.maximumState }) ?? true else {
            throw OAuthError(.invalidRequest, "state is too long.")
        }
    }
}
