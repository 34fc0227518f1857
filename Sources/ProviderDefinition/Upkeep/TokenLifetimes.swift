/// How long things live where answers do not say, and what ends them whatever is done. In seconds.
package struct TokenLifetimes: Sendable, Equatable {
    /// How long an access token is believed to live.
    package enum Access: Sendable, Equatable {
        /// So long where the answer does not say.
        case assumed(seconds: Int)
        /// It has no end unless the answer says one; this is the provider's own word, never a guess.
        case endless
    }

    package let access: Access
    /// A refresh token where the answer does not say, nil for no end.
    package let refresh: Int?
    /// A refresh token that nobody uses, nil for no such limit.
    package let refreshInactivity: Int?
    /// From the consent on, whatever is done.
    package let hardCap: Int?
    /// Access to data after the user was last there, where the answer does not say.
    package let dataAccess: Int?

    package init(
        access: Access, refresh: Int? = nil, refreshInactivity: Int? = nil, hardCap: Int? = nil, dataAccess: Int? = nil
    ) {
        self.access = access
        self.refresh = refresh
        self.refreshInactivity = refreshInactivity
        self.hardCap = hardCap
        self.dataAccess = dataAccess
    }
}
