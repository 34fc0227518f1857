package import Model
package import ProviderDefinition

/// What to do about a connection whose last renewal nobody knows the end of: the node died between spending the token and saving what
/// came for it, or the answer was lost. Pure.
package enum LostAnswer: Sendable, Equatable {
    /// So long before the access token dies, a token that may be dead is tried once more, in seconds.
    private static let lastChance = 120

    /// The same token may be sent.
    case tryAgain
    /// The same token may be sent once more, whatever is answered: it may be dead.
    case tryForTheLastTime
    /// It may be dead, and sending it may end all: the access token serves until then.
    case wait(until: Instant)
    /// It was tried once more already.
    case giveUp

    /// - Parameter attempts: The newest of the connection.
    package init?(
        _ attempts: [RenewalAttempt], of connection: Connection, rotation: Renewal.Rotation, at now: Instant
    ) {
        let unknown = attempts.filter { attempt in
            guard attempt.generation == connection.generation else { return false }
            switch attempt.state {
            case .sent, .ambiguous: return true
            case .succeeded, .failed, .superseded: return false
            }
        }
        guard let first = unknown.map(\.startedAt).min() else { return nil }
        switch rotation.retryWindow {
        case .unbounded:
            self = .tryAgain
            return
        case .seconds(let seconds):
            if now < first.adding(seconds: seconds) {
                self = .tryAgain
                return
            }
        case .never: break
        }
        guard unknown.count < 2 else {
            self = .giveUp
            return
        }
        guard let chance = connection.clocks.accessExpiresAt?.adding(seconds: -Self.lastChance), now < chance else {
            self = .tryForTheLastTime
            return
        }
        self = .wait(until: chance)
    }
}
