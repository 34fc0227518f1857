package import CredentialFormat
package import Model

/// A one-time link on its way to a member.
package struct SentLink: Sendable, CustomStringConvertible, CustomReflectable {
    package let link: OneTimeLink
    /// The link itself, for whoever made it to hand over; nil once it was mailed.
    package let url: String?

    /// Whether it went out by mail.
    package var isMailed: Bool { url == nil }

    /// The link's identifier alone.
    package var description: String { "sent \(link.id)" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What the page of a one-time link may show. To look uses nothing up.
package struct LinkPage: Hashable, Sendable {
    package let purpose: OneTimeLink.Purpose
    package let memberName: String
    package let email: String
    package let organizationName: String
    /// The name of the person who made the link, where one of the same organization did.
    package let invitedBy: String?
    /// The names of the member's roles.
    package let roles: [String]
    package let expiresAt: Instant
    /// Whether the member has a password already.
    package let hasPassword: Bool
}

/// What the page of a link for a new password shows.
package enum PasswordLinkPage: Hashable, Sendable {
    /// Asks for the password, of whoever the page names.
    ///
    /// - Parameter member: Who it is, where the link proves an address and lets one be chosen.
    case password(LinkPage, member: ID<Member>?)
    /// Asks first for which of the members with that address it shall be.
    case choose(OrganizationList)
}
