package import CredentialFormat
package import Model
package import Policy
import Tokens

/// A refresh token that would be exchanged now, as its own app may see it (RFC 7662 §2.2).
package struct LiveRefreshToken: Sendable {
    package let lineage: ID<RefreshLineage>
    package let app: ID<App>
    package let member: ID<Member>
    /// What people call the user, where the app is told so.
    package let username: String?
    /// Where the app may act.
    package let organization: OrganizationPath
    /// What the next access token would have.
    package let scopes: ScopeSet
    package let issuedAt: Instant
    package let expiresAt: Instant
}

/// A refresh token of an app, opened under a key of ours; the database knows what it is worth.
package struct RefreshTokenQuestion: Sendable {
    let token: RefreshToken
    let presented: PresentedText
    let app: ID<App>
}
