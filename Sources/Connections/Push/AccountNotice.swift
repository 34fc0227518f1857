import Model

/// What a provider said of one of its accounts. Its signature was checked.
struct AccountNotice: Sendable {
    /// What follows from it.
    enum Kind: Sendable, Equatable {
        /// Access was taken back there.
        case revoked
        /// What is known of the account is to be destroyed.
        case erased
        /// Something happened after which access may be gone: it is looked at now.
        case doubtful
    }

    /// The provider's identifier of the account.
    let account: String
    let kind: Kind
    /// Why, as events and the audit log show it.
    let code: String
    /// When the provider said it.
    let at: Instant
}

/// What came of something that a provider pushed.
package enum PushOutcome: Sendable, Equatable {
    /// The product does not offer the provider, or the provider does not push such things.
    case unknown
    /// It is not the provider's, or cannot be read. Why is for our own log.
    case refused(String)
    /// Whether it is the provider's cannot be known now. It is to be sent again.
    case unavailable(String)
    /// It was taken in, now or before, and changed so many connections.
    case taken(changes: Int)
    /// What is known of an account was destroyed. The code is for the user.
    case erased(confirmation: String)
}
