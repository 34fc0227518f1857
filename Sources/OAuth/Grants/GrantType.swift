/// What a client can bring to the token endpoint (RFC 6749 §1.3), by the word of `grant_type`. Metadata offers all of them, in this
/// order; ``TokenRequest`` says which request each one is.
package enum GrantType: String, Sendable, CaseIterable {
    /// RFC 6749 §4.1.
    case authorizationCode = "authorization_code"
    /// RFC 6749 §6.
    case refreshToken = "refresh_token"
    /// RFC 6749 §4.4.
    case clientCredentials = "client_credentials"
}
