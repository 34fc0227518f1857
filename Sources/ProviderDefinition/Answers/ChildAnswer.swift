import CredentialFormat

/// A child as an answer says it. It may hold secrets.
package struct ChildAnswer: Sendable, Equatable, Redacted {
    package let kind: String
    package let identifier: String
    package let name: String?
    package let answer: TokenAnswer
    package let isRenewed: Bool
}
