package import CredentialFormat

/// A person with roles in an organization. The roles are valid there and below.
package struct Member: Entity, Hashable, Sendable {
    package static let prefix = "mem"

    package let id: ID<Member>
    package let organization: ID<Organization>
    package let email: EmailAddress
    package let name: String
    /// Names of roles of the product definition. A name that the definition no longer has gives nothing.
    package let roles: [String]
    /// Names of permissions, ours or bundles of the product definition, given beside the roles. A name that is neither
    /// gives nothing.
    package let permissions: [String]
    /// Whether a password was set. Its digest stays in its table.
    package let hasPassword: Bool
    package let createdAt: Instant
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package let revision: Int

    package init(
        id: ID<Member>, organization: ID<Organization>, email: EmailAddress, name: String, roles: [String],
        permissions: [String] = [], hasPassword: Bool, createdAt: Instant, revision: Int = 1
    ) {
        self.id = id
        self.organization = organization
        self.email = email
        self.name = name
        self.roles = roles
        self.permissions = permissions
        self.hasPassword = hasPassword
        self.createdAt = createdAt
        self.revision = revision
    }
}

/// An e-mail address in lower case, so one mailbox has one spelling here.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// The address, or nil unless it is `local@domain` of 3 to 254 bytes, both parts visible ASCII without quotes,
    /// commas, angle brackets or a second `@`. Whether mail arrives there, only mail can tell.
    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (3...254).contains(bytes.count),
            bytes.allSatisfy({ (0x21...0x7E).contains($0) && !Self.refused.contains($0) })
        else { return nil }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), !parts[1].isEmpty else { return nil }
        self.text = text.lowercased()
    }

    package var description: String { text }

    private static let refused = Set("\"(),:;<>[]\\".utf8)
}

/// The Argon2id digest of a password, in the PHC string format. Never printed.
package struct PasswordDigest: Sendable, CustomStringConvertible, CustomReflectable {
    package let encoded: String

    package init(encoded: String) {
        self.encoded = encoded
    }

    package var description: String { "password digest" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
