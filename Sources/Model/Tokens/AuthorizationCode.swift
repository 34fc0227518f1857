package import CredentialFormat
package import Policy

/// What an authorization code stands for (RFC 6749 §4.1.2), between the user's consent and the app's exchange.
package struct AuthorizationCode: Sendable {
    package let grant: ID<Grant>
    package let app: ID<App>
    /// As the request named it, nil if it named none. The exchange must name it again, or none (RFC 6749 §4.1.3).
    package let redirectURI: String?
    /// Where the code was sent, also where the request named no URI; nil if a version wrote it that did not keep this.
    package let sentTo: String?
    /// The S256 challenge of RFC 7636 §4.2, none only for a confidential app that may do without.
    package let codeChallenge: String?
    package let scopes: ScopeSet
    /// The resource indicator of the request (RFC 8707), nil for the product's own backend.
    package let resource: String?
    /// Of the OpenID Connect request, for the ID token.
    package let nonce: String?
    /// When the user last proved who they are (`auth_time`).
    package let authenticatedAt: Instant
    /// Where and how they did; nil if a version wrote it that did not keep this.
    package let signIn: SignInContext?
    package let expiresAt: Instant

    package init(
        grant: ID<Grant>, app: ID<App>, redirectURI: String?, sentTo: String?, codeChallenge: String?, scopes: ScopeSet,
        resource: String?, nonce: String?, authenticatedAt: Instant, signIn: SignInContext?,
        expiresAt: Instant
    ) {
        self.grant = grant
        self.app = app
        self.redirectURI = redirectURI
        self.sentTo = sentTo
        self.codeChallenge = codeChallenge
        self.scopes = scopes
        self.resource = resource
        self.nonce = nonce
        self.authenticatedAt = authenticatedAt
        self.signIn = signIn
        self.expiresAt = expiresAt
    }
}
