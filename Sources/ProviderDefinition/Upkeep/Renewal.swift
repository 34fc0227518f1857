/// How tokens are renewed.
package struct Renewal: Sendable, Equatable {
    /// What is sent.
    package enum Grant: Sendable, Equatable {
        /// The refresh token (RFC 6749 §6).
        case refreshToken(TokenExchange)
        /// The access token itself, for one that lives longer.
        case accessToken(TokenExchange)
        /// The chain again, from this step on, with the access token that is there.
        case chain(from: String)
        /// Nothing renews them; only a new consent does, or they never end.
        case none
    }

    /// What becomes of the refresh token that was sent once another one came. Where none comes, it stays.
    package enum Rotation: Sendable, Equatable {
        /// No other one comes.
        case none
        /// It works on.
        case replaceOldValid
        /// It works until the new one is used, and for so many seconds at most.
        case retainUntilNextUsed(maximum: Int?)
        /// It works for so many seconds.
        case grace(seconds: Int)
        /// It is dead at once, and showing it again may end all of them.
        case singleUse

        /// How long a renewal whose answer was lost may be asked for again with the same token, counted from the first time.
        package var retryWindow: RetryWindow {
            switch self {
            case .none, .replaceOldValid: .unbounded
            case .retainUntilNextUsed(let maximum): maximum.map(RetryWindow.seconds) ?? .unbounded
            case .grace(let seconds): .seconds(seconds)
            case .singleUse: .never
            }
        }
    }

    /// How long a lost answer may be asked for again with the same token.
    package enum RetryWindow: Sendable, Hashable {
        case unbounded
        case seconds(Int)
        case never
    }

    package let grant: Grant
    package let rotation: Rotation
    /// How old a token must be before it can be renewed, in seconds.
    package let minimumAge: Int
    /// Whether an expired token is refused, so that a renewal that comes too late needs a new consent.
    package let requiresUnexpired: Bool
    /// Whether the old access token dies with the renewal.
    package let accessDiesOnRenewal: Bool
    /// Whether the refresh token's end stays what it was at the consent.
    package let refreshExpiryIsFixed: Bool
    /// Whether a client may come without refresh tokens, because the provider gives them to some only.
    package let mayLackRefreshToken: Bool
    /// How long before the end a token is due, beside the schedule: nil for a quarter of an hour, or half its life if that is less.
    package let margin: Margin?
}
