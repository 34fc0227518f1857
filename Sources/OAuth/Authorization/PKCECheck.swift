import Model
import Policy

/// `code_challenge` binds the code to who asked for it (RFC 7636, threats C1, C7). `S256` alone: `plain` hides nothing.
struct PKCECheck: Sendable {
    static let method = "S256"

    /// Whether the product lets apps that need none do so without a `nonce`, too.
    let nonceMayBeMissing: Bool

    /// - Parameter scopes: What the request asks for.
    func challenge(
        of parameters: AuthorizationParameters, for app: App, asking scopes: ScopeSet
    ) throws(OAuthError) -> String? {
        let method = parameters["code_challenge_method"]
        guard let challenge = parameters["code_challenge"] else {
            guard method == nil, !app.requiresPKCE else {
                throw OAuthError(
                    .invalidRequest,
                    """
                    code_challenge is missing. Switch on PKCE with the method S256 in the client (RFC 7636), or, for an app \
                    that keeps a secret and sends a nonce, set require_pkce to false.
                    """, rule: "pkce")
            }
            // What a stolen code is good for without a challenge, the app finds out by the nonce of its ID token.
            let isBoundByNonce = parameters["nonce"] != nil && scopes.scopes.contains { IdentityScope($0) == .openid }
            guard isBoundByNonce || nonceMayBeMissing else {
                throw OAuthError(
                    .invalidRequest,
                    """
                    code_challenge is missing. This app may leave it out only with openid in scope and a nonce; otherwise \
                    switch on PKCE with the method S256 in the client (RFC 7636).
                    """, rule: "pkce")
            }
            return nil
        }
        guard method == Self.method else {
            throw OAuthError(.invalidRequest, "code_challenge_method must be S256.", rule: "pkce")
        }
        guard challenge.utf8.count == 43, challenge.utf8.allSatisfy(CodeVerifier.isBase64URL) else {
            throw OAuthError(.invalidRequest, "code_challenge is no S256 challenge: 43 characters.", rule: "pkce")
        }
        return challenge
    }
}
