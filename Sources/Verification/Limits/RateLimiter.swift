import CredentialFormat
package import Limits
import Locking
package import Measuring
package import Model
import Synchronization

/// Counts calls under the product's rate limits, in memory alone (law 6).
///
/// Bounded (law 7): so many counters and no more. A full house is swept of those that are as nobody's; where that frees none, all counters of
/// some accounts begin anew, which lets more through and refuses nobody.
package final class RateLimiter: Sendable {
    /// How many counters there may be, one for each holder and limit: about 16 MiB.
    package static let capacity = 1 << 17
    private static let shardCount = 32

    /// Of one holder under one limit.
    struct Key: Hashable {
        let holder: ID<AnyEntity>
        let limit: UInt64
    }

    private struct Counter {
        var meter: RateMeter
        /// From when on the meter is as one that nobody used, in milliseconds since 1970.
        var idleAt: Int64
    }

    private struct Shard {
        var counters: [Key: Counter] = [:]
        var sweptAt = Int64.min
    }

    /// By account, so that all limits of a call are behind one lock.
    private let shards: [Lock<Shard>]
    private let capacity: Int
    private let count = Atomic<Int>(0)
    private let tally = Tally(3, isSpread: true)

    package init(capacity: Int = RateLimiter.capacity) {
        self.capacity = max(capacity, Self.shardCount)
        shards = (0..<Self.shardCount).map { _ in Lock(Shard()) }
    }

    /// How many counters there are.
    package var counterCount: Int { count.load(ordering: .relaxed) }

    /// Judges a call by the limits that hold for its kind of credential, and counts it where none refuses it.
    ///
    /// - Returns: Nil where no limit holds for it.
    package func take(
        _ cost: Int, by credential: KnownCredential, under set: RateLimitSet, at now: Instant
    ) -> RateVerdict? {
        let indices = set.indices(for: credential.limitKind)
        guard !indices.isEmpty else { return nil }
        let limits = indices.map { set.limits[$0] }
        let keys = limits.map { Key(holder: credential.holder(of: $0.holder), limit: $0.fingerprint) }
        let time = now.milliseconds
        let verdict = shard(of: credential).withLock { shard in
            var meters = keys.map { shard.counters[$0]?.meter ?? RateMeter() }
            let verdict = RateVerdict.take(cost, of: limits, &meters, at: time)
            guard !verdict.isRefused, cost > 0 else { return verdict }
            for (index, key) in keys.enumerated() where verdict.readings[index].wait == nil {
                let counter = Counter(
                    meter: meters[index], idleAt: meters[index].idleAt(under: limits[index], at: time))
                if shard.counters.updateValue(counter, forKey: key) == nil { grow(&shard, at: time) }
            }
            return verdict
        }
        tally.add(at: verdict.isRefused ? Self.refused : verdict.exceeded.isEmpty ? Self.admitted : Self.observed)
        return verdict
    }

    private func shard(of credential: KnownCredential) -> Lock<Shard> {
        let value = credential.standing.path.root.value
        return shards[Int(truncatingIfNeeded: (value ^ value >> 64) & UInt128(Self.shardCount - 1))]
    }

    /// One counter more is there: makes room if there are too many.
    private func grow(_ shard: inout Shard, at now: Int64) {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue > capacity else { return }
        let before = shard.counters.count
        let age = now.subtractingReportingOverflow(shard.sweptAt)
        if age.overflow || age.partialValue < 0 || age.partialValue >= 1000 {
            shard.sweptAt = now
            shard.counters = shard.counters.filter { $0.value.idleAt > now }
        }
        if shard.counters.count == before { shard.counters.removeAll() }
        count.wrappingSubtract(before - shard.counters.count, ordering: .relaxed)
    }

    private static let admitted = 0
    private static let refused = 1
    private static let observed = 2

    package var metric: Metric {
        Metric("claviger_rate_limited_calls_total", .counter, "Calls at /verify that were counted under rate limits.") {
            [tally] in
            ["admitted", "refused", "observed"].enumerated().map { place, verdict in
                .init(Double(tally[place]), labels: [("verdict", verdict)])
            }
        }
    }
}

extension KnownCredential {
    /// Which limits are its.
    package var limitKind: RateLimit.Kind {
        switch self {
        case .apiKey: .apiKey
        case .accessToken(let token): token.lineage == nil ? .integration : .app
        }
    }

    /// Of what its calls are counted. Tokens are counted with the integration, or with the consent that they came from, so another token is no
    /// new budget.
    fileprivate func holder(of holder: RateLimit.Holder) -> ID<AnyEntity> {
        switch holder {
        case .credential:
            switch self {
            case .apiKey(let key): ID(value: key.id.value)
            case .accessToken(let token): ID(value: token.lineage?.grant.value ?? token.client.id.value)
            }
        case .organization: ID(value: standing.organization.value)
        case .account: ID(value: standing.path.root.value)
        }
    }
}
