import CredentialFormat
package import Model
import Policy
package import ProductDefinition
package import Tokens
import Verification

/// An access token and what its receiver is told of it (RFC 6749 §5.1).
package struct IssuedToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// The token itself, for the one reply that carries it.
    package let text: String
    package let token: AccessToken
    /// The `client_id` that it was issued to.
    package let clientText: String
    /// The organization that it is for.
    package let organizationText: String
    package let format: TokenFormat

    /// How long it lives, in seconds.
    package var expiresIn: Int { token.expiresAt.seconds(since: token.issuedAt) }

    /// The identifier alone.
    package var description: String { token.id.description }

    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Turns granted access into a token. No row is written (law 6).
package struct TokenIssuer: Sendable {
    private let keyRing: KeyRing
    private let seal: AccessTokenSeal
    private let issuer: String
    private let policy: ProductPolicy

    package init(keyRing: KeyRing, product: Product, issuer: String) {
        self.keyRing = keyRing
        self.issuer = issuer
        policy = product.policy
        seal = AccessTokenSeal(brand: product.brand, issuer: issuer)
    }

    /// - Throws: ``TokenError`` when a key is missing.
    package func issue(_ access: GrantedAccess, at now: Instant) throws -> IssuedToken {
        let integration = access.integration
        let seconds = min(integration.accessTokenSeconds ?? policy.accessTokenSeconds, policy.accessTokenMaximumSeconds)
        // Whole seconds: what a token says of its times is what it is judged by.
        let issuedAt = Instant(seconds: now.seconds)
        var random = RandomDraw()
        let token = AccessToken(
            id: ID(at: now.milliseconds, using: &random), holder: .integration(integration.id),
            account: access.standing.path.root,
            organization: integration.organization, subject: nil,
            contact: access.accessKey.map { ActingContact($0.contact.id, by: $0.proof) }, scopes: access.scopes,
            audiences: access.audiences, issuedAt: issuedAt, expiresAt: issuedAt.adding(seconds: seconds))
        return IssuedToken(
            text: try text(of: token, as: integration.tokenFormat, using: &random), token: token,
            clientText: access.clientText, organizationText: access.standing.organizationText,
            format: integration.tokenFormat)
    }

    /// An app's token, on behalf of the user who gave the grant. It lives no longer than its lineage.
    ///
    /// - Throws: ``OAuthError`` where that is less than a second, ``TokenError`` when a key is missing.
    func issue(
        _ access: AppTokenIssuer.Access, _ scopes: ScopeSet, for audiences: [String], at now: Instant
    ) throws -> IssuedToken {
        let app = access.app
        let seconds = min(app.accessTokenSeconds ?? policy.accessTokenSeconds, policy.accessTokenMaximumSeconds)
        let issuedAt = Instant(seconds: now.seconds)
        let expiresAt = Instant(seconds: min(issuedAt.adding(seconds: seconds), access.endsAt).seconds)
        guard issuedAt < expiresAt else { throw OAuthError(.invalidGrant, "What the user consented to has ended.") }
        var random = RandomDraw()
        let organization = access.grant.organization
        let token = AccessToken(
            id: ID(at: now.milliseconds, using: &random), holder: .app(app.id, lineage: access.lineage),
            account: organization.account, organization: organization.id, subject: access.grant.member.id.description,
            scopes: scopes, audiences: audiences, issuedAt: issuedAt, expiresAt: expiresAt)
        return IssuedToken(
            text: try text(of: token, as: app.tokenFormat, using: &random), token: token,
            clientText: app.id.description, organizationText: organization.id.description,
            format: app.tokenFormat)
    }

    /// The text of a token.
    ///
    /// - Throws: ``TokenError`` when a key is missing.
    package func text(of token: AccessToken, as format: TokenFormat) throws -> String {
        var random = RandomDraw()
        return try text(of: token, as: format, using: &random)
    }

    private func text(
        of token: AccessToken, as format: TokenFormat, using random: inout RandomDraw
    ) throws -> String {
        switch format {
        case .sealed: try seal.seal(token, with: keyRing.keys, using: &random)
        case .jwt: try JWTAccessToken.sign(token, issuer: issuer, with: keyRing.keys)
        }
    }
}
