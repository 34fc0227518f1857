/// How often the secrets of integrations are shown.
package enum SecretVisibility: String, Hashable, Sendable, CaseIterable {
    /// When they are made, and never again. Nothing is kept that could be shown.
    case once
    /// Again to whoever may and has just proved who they are. They are kept sealed.
    case retrievable
}
