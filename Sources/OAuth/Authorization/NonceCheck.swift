/// `nonce` goes into the ID token as it came (OpenID Connect Core §3.1.2.1).
enum NonceCheck {
    /// The longest, in bytes.
    static let maximumLength = 512

    static func nonce(of parameters: AuthorizationParameters) throws(OAuthError) -> String? {
        guard let nonce = parameters["nonce"] else { return nil }
        guard nonce.utf8.count <= maximumLength else {
            throw OAuthError(.invalidRequest, "nonce is longer than 512 bytes.", rule: "nonce")
        }
        return nonce
    }
}
