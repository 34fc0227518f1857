package import CredentialFormat
import Locking
package import Model

/// What keeps a provider from being asked too much, by one node: a circuit breaker for each provider and a token bucket for each of
/// our clients there.
package final class ProviderThrottle: Sendable {
    /// Judged over so many seconds.
    private static let window = 300
    private static let fewest = 10
    private static let most = 1000
    private static let openSeconds = 60

    private struct Breaker {
        var samples: [(at: Instant, failed: Bool)] = []
        var openUntil: Instant?
        /// How many may try after that, doubled with each that is well.
        var trials = 0

        mutating func note(failed: Bool, at now: Instant) {
            samples.append((now, failed))
            if let oldest = samples.first, now.seconds(since: oldest.at) >= ProviderThrottle.window {
                samples.removeAll { now.seconds(since: $0.at) >= ProviderThrottle.window }
            }
            if samples.count > ProviderThrottle.most { samples.removeFirst(samples.count - ProviderThrottle.most) }
            if let until = openUntil {
                if failed {
                    open(at: now)
                } else if now >= until {
                    samples = samples.filter { !$0.failed }
                    if samples.count >= ProviderThrottle.fewest { openUntil = nil } else { trials += 2 }
                }
            } else {
                let failures = samples.count { $0.failed }
                if samples.count >= ProviderThrottle.fewest, failures * 10 > samples.count * 3 { open(at: now) }
            }
        }

        private mutating func open(at now: Instant) {
            openUntil = now.adding(seconds: ProviderThrottle.openSeconds)
            trials = 1
        }
    }

    private struct Bucket {
        var tokens: Double
        var at: Instant
    }

    /// How much one of our clients may ask.
    private struct Rate {
        let perSecond: Double
        let burst: Double
    }

    private struct State {
        var breakers: [String: Breaker] = [:]
        var buckets: [ID<ProviderAccess>: Bucket] = [:]
    }

    private let usual: Rate
    private let rates: [String: Rate]
    private let state = Lock(State())

    /// - Parameters:
    ///   - perSecond: How many calls a second one of our clients makes, on this node.
    ///   - burst: How many at once.
    ///   - others: Of providers where it is another number: how many a second, and twice as many at once.
    package init(perSecond: Double = 20, burst: Double = 40, others: [String: Int] = [:]) {
        usual = Rate(perSecond: perSecond, burst: burst)
        rates = others.mapValues { Rate(perSecond: Double($0), burst: Double($0) * 2) }
    }

    /// How many calls a second our client makes at a provider.
    func callsPerSecond(at provider: String) -> Double { rate(provider).perSecond }

    private func rate(_ provider: String) -> Rate { rates[provider] ?? usual }

    /// Whether a scheduled renewal may be made now: nil if so, or when to ask again.
    package func delay(_ provider: String, _ access: ID<ProviderAccess>, at now: Instant) -> Instant? {
        state.withLock { state -> Instant? in
            if let until = state.breakers[provider]?.openUntil {
                if now < until { return until }
                guard let trials = state.breakers[provider]?.trials, trials > 0 else { return now.adding(seconds: 5) }
                state.breakers[provider]?.trials = trials - 1
            }
            return take(access, rate(provider), leaving: 0, from: &state, at: now)
        }
    }

    /// Whether a probe may be made now: nil if so, or when to ask again. Half of what may be done at once is left to renewals. The breaker,
    /// which is theirs, is not asked: a probe spends nothing.
    package func probeDelay(_ provider: String, _ access: ID<ProviderAccess>, at now: Instant) -> Instant? {
        let rate = rate(provider)
        return state.withLock { take(access, rate, leaving: rate.burst / 2, from: &$0, at: now) }
    }

    private func take(
        _ access: ID<ProviderAccess>, _ rate: Rate, leaving rest: Double, from state: inout State, at now: Instant
    ) -> Instant? {
        var bucket = state.buckets[access] ?? Bucket(tokens: rate.burst, at: now)
        let passed = Double(max(0, now.milliseconds - bucket.at.milliseconds)) / 1000
        bucket.tokens = min(rate.burst, bucket.tokens + passed * rate.perSecond)
        bucket.at = max(now, bucket.at)
        let missing = rest + 1 - bucket.tokens
        if missing <= 0 { bucket.tokens -= 1 }
        state.buckets[access] = bucket
        return missing <= 0 ? nil : now.adding(seconds: max(1, Int((missing / rate.perSecond).rounded(.up))))
    }

    /// Notes how a call ended.
    ///
    /// - Parameter failed: Whether the provider or the way to it was out of order.
    package func note(_ provider: String, failed: Bool, at now: Instant) {
        // In its place: as a copy, a thousand samples would be copied each time.
        state.withLock { $0.breakers[provider, default: Breaker()].note(failed: failed, at: now) }
    }

    /// Whether so much fails at a provider that failures say nothing of one connection.
    package func isOpen(_ provider: String) -> Bool {
        state.withLock { $0.breakers[provider]?.openUntil != nil }
    }
}
