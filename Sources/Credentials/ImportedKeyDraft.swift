package import Model

/// An API key that was made elsewhere and goes on working here, known by a hash alone.
package struct ImportedKeyDraft: Sendable {
    /// As it was sent: an organization's identifier.
    package var organization: String
    package var name: String
    package var description: String?
    /// SHA-256 of the key's text, 64 hexadecimal digits.
    package var sha256: String
    package var scopes: [String]
    package var expiresAt: Instant?
    /// Addresses and blocks, nil for anywhere.
    package var allowedAddresses: [String]?
    /// What lists show of the key, such as its first and last characters; nil where nobody knows them any more.
    package var hint: String?
    /// Whether it is taken over although it was before, and has ended since.
    package var isAgain: Bool

    package init(
        organization: String, name: String, description: String? = nil, sha256: String, scopes: [String],
        expiresAt: Instant?, allowedAddresses: [String]? = nil, hint: String? = nil, isAgain: Bool = false
    ) {
        self.organization = organization
        self.name = name
        self.description = description
        self.sha256 = sha256
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.allowedAddresses = allowedAddresses
        self.hint = hint
        self.isAgain = isAgain
    }
}
