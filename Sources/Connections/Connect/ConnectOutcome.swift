package import Model

/// What came of a consent, or of tokens that were taken over. All of it can be said to people.
package enum ConnectOutcome: Sendable {
    case connected(ConnectedAccount)
    /// The user said no at the provider.
    case denied
    case failed(ConnectFailure)
}

/// A connection that works, and what to tell of it.
package struct ConnectedAccount: Sendable {
    /// How it came about.
    package enum Way: String, Sendable, CaseIterable {
        /// It is new.
        case created
        /// The user was sent to consent again, and it is the same connection as before.
        case repaired
        /// The same account was connected in this organization before, so that connection has the new tokens.
        case recognized
    }

    package let connection: Connection
    package let way: Way
    /// Scopes that were asked for and not granted.
    package let missingScopes: [String]
    /// How much is below it.
    package let children: Int
    /// Other connections of the same account that the actor may know of.
    package let others: [Connection]
    /// Whether the provider gave so short a life that our client there must be in a mode for tests.
    package let isOfTestingMode: Bool
}

/// Why nothing was connected.
package struct ConnectFailure: Error, Hashable, Sendable {
    /// What it is, and so who can do something about it.
    package enum Kind: String, Sendable, CaseIterable {
        /// The callback is of no consent that was asked for, was here before, or came too late.
        case unknownState = "unknown_state"
        /// The consent was asked for in another browser or another session.
        case otherSession = "other_session"
        /// The callback comes from another provider than was asked.
        case mixedUp = "mixed_up"
        /// The callback cannot be read, or its signature is wrong.
        case malformed
        /// The provider refused before there was a code.
        case refused
        /// The user consented with another account than the connection's.
        case otherAccount = "other_account"
        /// The connection was ended meanwhile.
        case gone
        /// Only our operator can put it right: a wrong secret, a quota, a mode for tests.
        case operatorFault = "operator_fault"
        /// The provider or the way to it is out of order.
        case providerDown = "provider_down"
        case rateLimited = "rate_limited"
        /// The code, or the tokens that were taken over, are worth nothing.
        case notAccepted = "not_accepted"
        /// The provider gave no refresh token, without which the connection would soon end.
        case noRefreshToken = "no_refresh_token"
        /// The user must do something at the provider first.
        case userAction = "user_action"
        case permissionMissing = "permission_missing"
        case blocked
    }

    package let kind: Kind
    /// The provider's code, or ours.
    package let code: String?
    /// What the provider's file says of it.
    package let note: String?
    /// In seconds.
    package let retryAfter: Int?

    init(_ kind: Kind, code: String? = nil, note: String? = nil, retryAfter: Int? = nil) {
        self.kind = kind
        self.code = code
        self.note = note
        self.retryAfter = retryAfter
    }
}
