/// Something that is promised to be done for every connection, and when. Each has lines in the ledger.
package struct ScheduledPromise: Sendable, Equatable {
    /// What ends.
    package enum Clock: String, Sendable, CaseIterable {
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
        case dataAccess = "data_access"
        /// ``TokenLifetimes/hardCap``.
        case hardCap = "hard_cap"
        /// ``TokenLifetimes/refreshInactivity``.
        case inactivity
    }

    /// When it is due.
    package enum Due: Sendable, Equatable {
        /// So many seconds after it was last done.
        case every(seconds: Int)
        /// So long before something ends.
        case before(Margin, of: Clock)
        /// `before` seconds before the tokens are `maximum` seconds old.
        case age(maximum: Int, before: Int)
    }

    /// What is done.
    package enum Action: Sendable, Equatable {
        /// Renew. `lazily`: only where somebody asks for the token. `sealing`: under a new key even if nothing else changed.
        case renew(lazily: Bool, sealing: Bool)
        /// Tell people that a new consent is due.
        case warn
    }

    package let name: String
    package let due: Due
    package let action: Action
}
