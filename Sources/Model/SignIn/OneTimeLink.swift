package import CredentialFormat
package import Policy

/// A link that lets a member in once. Its secret is in the link and nowhere else.
package struct OneTimeLink: Entity, Hashable, Sendable {
    package static let prefix = "lnk"

    /// What it is good for, and nothing else.
    package enum Purpose: String, Hashable, Sendable, CaseIterable {
        /// Sets a first password.
        case invitation
        /// Sets another password.
        case passwordReset = "password-reset"
        /// Carries over a sign-in at the operator's own pages.
        case handOver = "hand-over"

        /// For how long it works, in seconds.
        package var seconds: Int {
            switch self {
            case .invitation: 7 * 86_400
            case .passwordReset: 3600
            case .handOver: 60
            }
        }
    }

    package let id: ID<OneTimeLink>
    package let purpose: Purpose
    package let member: ID<Member>
    /// The most that the session may do that it begins, nil for all that the member may.
    package let permissions: Set<Permission>?
    /// The most that its member may let apps do in that session, nil for all that the member may.
    package let scopes: ScopeSet?
    /// Where the browser goes afterwards.
    package let returnURL: String?
    package let createdAt: Instant
    /// As in ``Actor/label``.
    package let createdBy: String
    package let expiresAt: Instant

    package init(
        id: ID<OneTimeLink>, purpose: Purpose, member: ID<Member>, permissions: Set<Permission>? = nil,
        scopes: ScopeSet? = nil, returnURL: String? = nil, createdAt: Instant, createdBy: String
    ) {
        self.init(
            id: id, purpose: purpose, member: member, permissions: permissions, scopes: scopes, returnURL: returnURL,
            createdAt: createdAt, createdBy: createdBy, expiresAt: createdAt.adding(seconds: purpose.seconds))
    }

    /// The link as it was stored.
    package init(
        id: ID<OneTimeLink>, purpose: Purpose, member: ID<Member>, permissions: Set<Permission>?, scopes: ScopeSet?,
        returnURL: String?, createdAt: Instant, createdBy: String, expiresAt: Instant
    ) {
        self.id = id
        self.purpose = purpose
        self.member = member
        self.permissions = permissions
        self.scopes = scopes
        self.returnURL = returnURL
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
    }
}
