package import CredentialFormat
package import Policy

/// What an access token says. No row holds it: the token itself does, sealed or signed (record 0001).
package struct AccessToken: Entity, Hashable, Sendable {
    package static let prefix = "tok"

    /// Its `jti` (RFC 7519 §4.1.7).
    package let id: ID<AccessToken>
    package let holder: Holder
    package let account: ID<Organization>
    package let organization: ID<Organization>
    /// Whom it acts for, nil for the client itself.
    package let subject: String?
    /// The contact for whom an integration acts; the subject is that one then.
    package let contact: ActingContact?
    package let scopes: ScopeSet
    /// The values of `aud` (RFC 9068 §2.2). Never empty.
    package let audiences: [String]
    package let issuedAt: Instant
    package let expiresAt: Instant

    /// To whom a token was issued.
    package enum Holder: Hashable, Sendable {
        case integration(ID<Integration>)
        /// On behalf of a user, by a grant of theirs. It dies with the lineage.
        case app(ID<App>, lineage: ID<RefreshLineage>)
    }

    /// The client that it was issued to.
    package var client: ClientID {
        switch holder {
        case .integration(let id): .integration(id)
        case .app(let id, _): .app(id)
        }
    }

    /// The lineage that it came from, for a token of an app.
    package var lineage: ID<RefreshLineage>? {
        if case .app(_, let lineage) = holder { lineage } else { nil }
    }

    package init(
        id: ID<AccessToken>, holder: Holder, account: ID<Organization>, organization: ID<Organization>,
        subject: String?, contact: ActingContact? = nil, scopes: ScopeSet, audiences: [String], issuedAt: Instant,
        expiresAt: Instant
    ) {
        self.id = id
        self.holder = holder
        self.account = account
        self.organization = organization
        self.subject = contact?.contact.description ?? subject
        self.contact = contact
        self.scopes = scopes
        self.audiences = audiences
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

extension AccessToken {
    /// Whether clients that renew early do so before every call: some up to 300 s before the end of a token.
    package static func isShortLived(_ seconds: Int) -> Bool { seconds < 300 }

    /// What to say of such a lifetime.
    package static let shortLifeWarning =
        "Below 300 seconds many clients fetch a new token before every call: they renew up to 300 seconds before the end."
}

extension Actor.Identity {
    /// The client itself.
    package init(_ holder: AccessToken.Holder) {
        switch holder {
        case .integration(let id): self = .integration(id, for: nil)
        case .app(let id, _): self = .app(id, for: nil)
        }
    }
}
