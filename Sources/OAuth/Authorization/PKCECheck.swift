import Model

/// `code_challenge` binds the code to who asked for it (RFC 7636, threats C1, C7). `S256` alone: `plain` hides nothing.
struct PKCECheck: Sendable {
    static let method = "S256"

    /// Whether confidential apps may do without; public ones never may.
    let confidentialAppsMayOmit: Bool

    func challenge(of parameters: AuthorizationParameters, for app: App) throws(OAuthError) -> String? {
        let method = parameters["code_challenge_method"]
        guard let challenge = parameters["code_challenge"] else {
            guard method == nil, confidentialAppsMayOmit, !app.isPublic else {
                throw OAuthError(.invalidRequest, "code_challenge is missing (RFC 7636).", rule: "pkce")
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
