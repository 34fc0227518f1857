import Model
import ProviderDefinition

/// When what a provider gave ends.
struct AnsweredClocks {
    /// What a request takes at most, and clocks differ by, in seconds.
    private static let slack = 30

    let access: Instant?
    let refresh: Instant?
    let dataAccess: Instant?

    init(_ answer: TokenAnswer, after before: Connection.Clocks, _ provider: Provider, sentAt: Instant) {
        access = Self.end(answer.accessExpiry, from: sentAt) {
            // Nothing said: what it was the last time, else what the provider's file assumes. Never for ever by a guess.
            if let end = before.accessExpiresAt, let issued = before.issuedAt, end > issued {
                return sentAt.adding(seconds: end.seconds(since: issued))
            }
            switch provider.lifetimes.access {
            case .assumed(let seconds): return sentAt.adding(seconds: seconds)
            case .endless: return nil
            }
        }
        if provider.renewal.refreshExpiryIsFixed, before.refreshExpiresAt != nil {
            refresh = before.refreshExpiresAt
        } else {
            refresh = Self.end(answer.refreshExpiry, from: sentAt) {
                guard answer.refreshToken != nil, let seconds = provider.lifetimes.refresh else {
                    return before.refreshExpiresAt
                }
                return sentAt.adding(seconds: seconds)
            }
        }
        dataAccess = Self.end(answer.dataAccessExpiry, from: sentAt) { before.dataAccessExpiresAt }
    }

    private static func end(_ stated: StatedExpiry?, from sentAt: Instant, otherwise: () -> Instant?) -> Instant? {
        switch stated {
        case nil: otherwise()
        case .never: nil
        case .after(let seconds): sentAt.adding(seconds: max(1, seconds - slack))
        case .at(let time): time
        }
    }
}
