package import CredentialFormat
package import Policy

/// A link that lets a member in once. Its secret is in the link and nowhere else.
package struct OneTimeLink: Entity, Sendable {
    package static let prefix = "lnk"

    /// What it is good for, and nothing else.
    package enum Purpose: String, Hashable, Sendable, CaseIterable {
        /// Sets a first password.
        case invitation
        /// Sets another password.
        case passwordReset = "password-reset"
        /// Hands over a sign-in at the operator's own pages.
        case handOver = "hand-over"
        /// Gives a member another e-mail address, to which it was mailed.
        case emailChange = "email-change"

        /// For how long it works, in seconds.
        package var seconds: Int {
            switch self {
            case .invitation: 7 * 86_400
            case .passwordReset, .emailChange: 3600
            case .handOver: 60
            }
        }
    }

    /// What its use says of whether the member's e-mail address is theirs.
    package enum AddressEffect: String, Hashable, Sendable {
        /// It went there by mail and was shown to nobody.
        case proves
        /// The operator was shown it, so what was known of the address stays as it is.
        case keeps
        /// Somebody else was shown it, or may have been: nothing is known any more.
        case voids
    }

    /// The address that a member wants, and what is kept of their password there: digests are bound to the address.
    package struct NewAddress: Sendable {
        package let email: EmailAddress
        package let password: PasswordDigest

        package init(email: EmailAddress, password: PasswordDigest) {
            self.email = email
            self.password = password
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
    package let addressEffect: AddressEffect
    /// For a change of address alone.
    package let newAddress: NewAddress?

    package init(
        id: ID<OneTimeLink>, purpose: Purpose, member: ID<Member>, permissions: Set<Permission>? = nil,
        scopes: ScopeSet? = nil, returnURL: String? = nil, createdAt: Instant, createdBy: String,
        addressEffect: AddressEffect = .voids, newAddress: NewAddress? = nil
    ) {
        self.init(
            id: id, purpose: purpose, member: member, permissions: permissions, scopes: scopes, returnURL: returnURL,
            createdAt: createdAt, createdBy: createdBy, expiresAt: createdAt.adding(seconds: purpose.seconds),
            addressEffect: addressEffect, newAddress: newAddress)
    }

    /// The link as it was stored.
    package init(
        id: ID<OneTimeLink>, purpose: Purpose, member: ID<Member>, permissions: Set<Permission>?, scopes: ScopeSet?,
        returnURL: String?, createdAt: Instant, createdBy: String, expiresAt: Instant, addressEffect: AddressEffect,
        newAddress: NewAddress?
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
        self.addressEffect = addressEffect
        self.newAddress = newAddress
    }
}
