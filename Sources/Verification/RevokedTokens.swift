package import CredentialFormat
import Locking
package import Model

/// The identifiers of access tokens that were revoked and have not expired: all of them that this node has heard of. While
/// its hearing is current, a token that is not here was not revoked. Bounded by the lifetime of tokens, and by how many of one
/// client's are listed at most.
package final class RevokedTokens: Sendable {
    private struct State {
        var expiries: [ID<AccessToken>: Instant] = [:]
        var nextSweep = 1024
    }

    private let state = Lock(State())

    package init(_ tokens: [(ID<AccessToken>, Instant)] = []) {
        state.withLock { state in
            for (id, expiresAt) in tokens { state.expiries[id] = expiresAt }
            state.nextSweep = max(1024, tokens.count * 2)
        }
    }

    /// Whether the token was revoked.
    package func contains(_ id: ID<AccessToken>) -> Bool {
        state.withLock { $0.expiries[id] != nil }
    }

    /// Lists tokens, beside those that it lists already.
    func insert(_ tokens: [(ID<AccessToken>, Instant)], now: Instant) {
        for (id, expiresAt) in tokens { insert(id, expiresAt: expiresAt, now: now) }
    }

    /// Lists a token. Those that have expired by `now` go when their number has doubled.
    package func insert(_ id: ID<AccessToken>, expiresAt: Instant, now: Instant) {
        state.withLock { state in
            state.expiries[id] = expiresAt
            guard state.expiries.count >= state.nextSweep else { return }
            state.expiries = state.expiries.filter { $0.value > now }
            state.nextSweep = max(1024, state.expiries.count * 2)
        }
    }
}
