import CredentialFormat

/// What an answer with tokens says; nil is what it does not say. It holds secrets.
package struct TokenAnswer: Sendable, Equatable, Redacted {
    package var accessToken: String?
    package var refreshToken: String?
    package var accessExpiry: StatedExpiry?
    package var refreshExpiry: StatedExpiry?
    package var dataAccessExpiry: StatedExpiry?
    /// In the order of the answer.
    package var scopes: [String]?
    package var accountIdentifier: String?
    package var accountName: String?
    package var metadata: [String: String] = [:]

    package init() {}
}
