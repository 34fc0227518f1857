import CredentialFormat
package import Limits
import Locking
package import Measuring
package import Model
package import Persistence
import Synchronization

/// Counts calls under the product's rate limits, in memory alone (law 6).
///
/// Where one process owns the database, its memory is all there is, and counts of windows are written down now and then. Where nodes
/// share it, each lets through what it has in hand (``RateHand``), and takes more from the database beside the calls (record 0048).
///
/// Bounded (law 7): so many counters and no more. A full house is swept of those that are as nobody's; where that frees none, all counters of
/// some accounts begin anew, which lets more through and refuses nobody.
package final class RateLimiter: Sendable {
    /// How many counters there may be, one for each holder and limit: about 16 MiB, and about 32 MiB of a node among others.
    package static let capacity = 1 << 17
    private static let shardCount = 32
    /// How many are written in one transaction, so that none is long.
    private static let batch = 500

    /// Of one holder under one limit.
    struct Key: Hashable, Sendable {
        let holder: ID<AnyEntity>
        let limit: UInt64
        let shard: UInt8
    }

    private struct Counter {
        var meter: RateMeter
        /// From when on the meter is as one that nobody used, in milliseconds since 1970.
        var idleAt: Int64
    }

    private struct Held {
        var hand: RateHand
        let account: ID<Organization>
        let limits: RateLimitSet
        let place: Int

        var limit: RateLimit { limits.limits[place] }
    }

    private struct Counters {
        var counters: [Key: Counter] = [:]
        /// Those that were used since they were last written down.
        var unwritten: [Key: ID<Organization>] = [:]
        var hands: [Key: Held] = [:]
        var sweptAt = Int64.min

        var count: Int { counters.count + hands.count }
    }

    private final class Shard: Sendable {
        let state = Lock(Counters())

        func withLock<Result>(_ body: (inout Counters) throws -> sending Result) rethrows -> sending Result {
            try state.withLock { try body(&$0) }
        }
    }

    /// What becomes of a call.
    package enum Outcome: Sendable {
        case settled(RateVerdict)
        /// Other nodes have to be asked first (``settled()``).
        case waits
    }

    /// By account, so that all limits of a call are behind one lock.
    private let shards: [Shard]
    private let capacity: Int
    private let count = Atomic<Int>(0)
    private let tally = Tally(4, isSpread: true)
    private let tokenTally = Tally(4)
    private let uptime: @Sendable () -> Int64
    private let exchange = Lock<RateExchange?>(nil)
    private let isShared: Bool

    /// - Parameters:
    ///   - store: The database that other nodes use, too; nil where this process is alone.
    ///   - uptime: In nanoseconds.
    package init(
        sharing store: (any Store)? = nil, capacity: Int = RateLimiter.capacity,
        uptime: @escaping @Sendable () -> Int64 = Uptime.nanoseconds
    ) {
        self.capacity = max(capacity, Self.shardCount)
        self.uptime = uptime
        isShared = store != nil
        shards = (0..<Self.shardCount).map { _ in Shard() }
        guard let store else { return }
        let exchange = RateExchange(
            store: store, ask: { [weak self] in self?.questions($0, isLast: $1) ?? [] },
            hear: { [weak self] in self?.hear($0, $1) })
        self.exchange.withLock { $0 = exchange }
    }

    /// How many counters there are.
    package var counterCount: Int { count.load(ordering: .relaxed) }

    /// Judges a call by the limits that hold for its kind of credential, and counts it where none refuses it.
    ///
    /// - Parameter mayWait: Whether it can wait for other nodes.
    /// - Returns: Nil where no limit holds for it.
    package func take(
        _ cost: Int, by credential: KnownCredential, under set: RateLimitSet, at now: Instant, mayWait: Bool = false
    ) -> Outcome? {
        let kind = credential.limitKind
        guard
            let call = call(
                cost, under: set, for: kind, of: credential.standing.path.root, { credential.holder(of: $0) })
        else { return nil }
        let outcome = settle(call, at: moment(now), mayWait: mayWait)
        Self.note(outcome, in: tally)
        return outcome
    }

    /// A token that was counted before it was given out.
    package struct TokenCount: Sendable {
        package let verdict: RateVerdict
        fileprivate let call: Call
        /// By the clock of hands, or of meters.
        fileprivate let at: Int64
    }

    /// What becomes of a token that is asked for.
    package enum TokenOutcome: Sendable {
        case settled(TokenCount)
        /// Other nodes have to be asked first (``settled()``).
        case waits
    }

    /// Judges by the limits on tokens whether a client may be given one more, and counts it where none refuses it.
    ///
    /// - Parameters:
    ///   - set: Those on tokens (``RateLimitSet/tokens``).
    ///   - mayWait: Whether it can wait for other nodes.
    /// - Returns: Nil where no limit holds for it.
    package func takeToken(
        by client: KnownClient, under set: RateLimitSet, at now: Instant, mayWait: Bool
    ) -> TokenOutcome? {
        guard let kind = client.limitKind,
            let call = call(1, under: set, for: kind, of: client.standing.path.root, { client.holder(of: $0) })
        else { return nil }
        let moment = moment(now)
        let outcome = settle(call, at: moment, mayWait: mayWait)
        Self.note(outcome, in: tokenTally)
        switch outcome {
        case .settled(let verdict): return .settled(TokenCount(verdict: verdict, call: call, at: moment))
        case .waits: return .waits
        }
    }

    /// No token was given out for what was counted: whoever presents what is worth nothing uses up no client's limits.
    package func giveBack(_ count: TokenCount, at now: Instant) {
        guard !count.verdict.isRefused else { return }
        let moment = moment(now)
        let call = count.call
        shards[Int(call.keys[0].shard)].withLock { shard in
            for (index, key) in call.keys.enumerated() where count.verdict.readings[index].wait == nil {
                if isShared {
                    shard.hands[key]?.hand.restore(call.cost, spentAt: count.at, at: moment)
                } else {
                    shard.counters[key]?.meter.giveBack(call.cost, under: call.limits[index], at: moment)
                }
            }
        }
    }

    /// A moment in milliseconds: by the clock of hands, or of meters.
    private func moment(_ now: Instant) -> Int64 { isShared ? uptime() / 1_000_000 : now.milliseconds }

    private func call(
        _ cost: Int, under set: RateLimitSet, for kind: RateLimit.Kind, of account: ID<Organization>,
        _ holder: (RateLimit.Holder) -> ID<AnyEntity>
    ) -> Call? {
        let indices = set.indices(for: kind)
        guard !indices.isEmpty else { return nil }
        let shard = UInt8(clamping: Self.shard(of: account))
        let limits = set.limits(for: kind)
        let keys = limits.map { limit in
            Key(holder: holder(limit.holder), limit: limit.fingerprint, shard: shard)
        }
        return Call(cost: cost, indices: indices, limits: limits, keys: keys, account: account, set: set)
    }

    private func settle(_ call: Call, at moment: Int64, mayWait: Bool) -> Outcome {
        isShared ? spend(call, at: moment, mayWait: mayWait) : .settled(count(call, at: moment))
    }

    private static func note(_ outcome: Outcome, in tally: Tally) {
        switch outcome {
        case .settled(let verdict):
            tally.add(at: verdict.isRefused ? refused : verdict.exceeded.isEmpty ? admitted : observed)
        case .waits: tally.add(at: waited)
        }
    }

    /// Returns when other nodes were asked for what calls wait for, or after a while.
    package func settled() async {
        guard let exchange = exchange.withLock(\.self) else { return }
        await exchange.settled()
    }

    fileprivate struct Call: Sendable {
        let cost: Int
        let indices: [Int]
        let limits: [RateLimit]
        let keys: [Key]
        let account: ID<Organization>
        let set: RateLimitSet
    }

    fileprivate static func shard(of account: ID<Organization>) -> Int {
        let value = account.value
        return Int(truncatingIfNeeded: (value ^ value >> 64) & UInt128(shardCount - 1))
    }

    private static let admitted = 0
    private static let refused = 1
    private static let observed = 2
    private static let waited = 3

    package var metrics: [Metric] {
        [
            Metric(
                "claviger_rate_limited_calls_total", .counter, "Calls at /verify that were counted under rate limits."
            ) { [tally] in Self.samples(of: tally) },
            Metric(
                "claviger_rate_limited_tokens_total", .counter, "Tokens that were counted under rate limits."
            ) { [tokenTally] in Self.samples(of: tokenTally) },
        ]
    }

    private static func samples(of tally: Tally) -> [Metric.Reading] {
        ["admitted", "refused", "observed", "waited"].enumerated().map { place, verdict in
            .init(Double(tally[place]), labels: [("verdict", verdict)])
        }
    }
}

// MARK: One process

extension RateLimiter {
    private func count(_ call: Call, at now: Int64) -> RateVerdict {
        shards[Int(call.keys[0].shard)].withLock { shard in
            var meters = call.keys.map { shard.counters[$0]?.meter ?? RateMeter() }
            let verdict = RateVerdict.take(call.cost, of: call.limits, &meters, at: now)
            guard !verdict.isRefused, call.cost > 0 else { return verdict }
            for (index, key) in call.keys.enumerated() where verdict.readings[index].wait == nil {
                let limit = call.limits[index]
                let counter = Counter(meter: meters[index], idleAt: meters[index].idleAt(under: limit, at: now))
                if !limit.period.hasBucket { shard.unwritten[key] = call.account }
                if shard.counters.updateValue(counter, forKey: key) == nil { grow(&shard, at: now) { $0 > now } }
            }
            return verdict
        }
    }

    /// One counter more is there: makes room if there are too many.
    private func grow(_ shard: inout Counters, at now: Int64, _ isLive: (Int64) -> Bool) {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue > capacity else { return }
        let before = shard.count
        let age = now.subtractingReportingOverflow(shard.sweptAt)
        if age.overflow || age.partialValue < 0 || age.partialValue >= 1000 {
            shard.sweptAt = now
            shard.counters = shard.counters.filter { isLive($0.value.idleAt) }
            shard.hands = shard.hands.filter { $0.value.hand.isInUse(at: now) }
        }
        if shard.count == before {
            shard.counters.removeAll()
            shard.hands = shard.hands.filter { $0.value.hand.isAsked }
        }
        shard.unwritten = shard.unwritten.filter { shard.counters[$0.key] != nil }
        count.wrappingSubtract(before - shard.count, ordering: .relaxed)
    }

    /// What a process before this one had counted.
    package func load(_ counts: [RateCount]) {
        for stored in counts.prefix(capacity) {
            let key = Key(stored)
            let counter = Counter(
                meter: RateMeter(mark: stored.mark, used: stored.used), idleAt: stored.idleAt.milliseconds)
            let isNew = shards[Int(key.shard)].withLock { $0.counters.updateValue(counter, forKey: key) == nil }
            if isNew { count.wrappingAdd(1, ordering: .relaxed) }
        }
    }

    /// Writes down what was counted in windows, or gives back what lies in hands too long; at the end all of it.
    ///
    /// - Throws: What the store throws. What was not written stays to be written.
    package func flush(to store: any Store, isLast: Bool) async throws {
        if let exchange = exchange.withLock(\.self) {
            let keys = lapsed(all: isLast)
            if isLast { try await exchange.giveBack(keys) } else if !keys.isEmpty { exchange.queue(keys) }
            return
        }
        let counts = shards.flatMap { shard in
            shard.withLock { shard in
                defer { shard.unwritten = [:] }
                return shard.unwritten.compactMap { key, account in
                    shard.counters[key].map {
                        RateCount(key, of: account, $0.meter, idleAt: $0.idleAt)
                    }
                }
            }
        }
        var rest = counts[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Self.batch))
            do {
                try await store.write { tx in try tx.put(batch) }
            } catch {
                for count in rest {
                    let key = Key(count)
                    shards[Int(key.shard)].withLock { $0.unwritten[key] = count.account }
                }
                throw error
            }
            rest = rest.dropFirst(batch.count)
        }
    }
}

// MARK: A node among others

extension RateLimiter {
    private func spend(_ call: Call, at uptime: Int64, mayWait: Bool) -> Outcome {
        let (outcome, wanted) = shards[Int(call.keys[0].shard)].withLock { shard in
            var hands = call.keys.map { shard.hands[$0]?.hand ?? RateHand() }
            let shared = RateVerdict.spend(call.cost, of: call.limits, &hands, at: uptime, mayWait: mayWait)
            let waits = if case .waits = shared { true } else { false }
            var wanted: [Key] = []
            for (index, key) in call.keys.enumerated() {
                if !hands[index].isAsked, waits ? hands[index].isWaitedFor : hands[index].wantsMore(at: uptime) {
                    hands[index].queue()
                    wanted.append(key)
                }
                let held = Held(hand: hands[index], account: call.account, limits: call.set, place: call.indices[index])
                if shard.hands.updateValue(held, forKey: key) == nil { grow(&shard, at: uptime) { _ in true } }
            }
            switch shared {
            case .settled(let verdict): return (Outcome.settled(verdict), wanted)
            case .waits: return (Outcome.waits, wanted)
            }
        }
        if !wanted.isEmpty { exchange.withLock(\.self)?.queue(wanted) }
        return outcome
    }

    private func questions(_ keys: [Key], isLast: Bool) -> [RateExchange.Item] {
        let uptime = uptime() / 1_000_000
        return keys.compactMap { key in
            shards[Int(key.shard)].withLock { shard in
                guard var held = shard.hands[key] else { return nil }
                let question = held.hand.ask(under: held.limit, at: uptime, isLast: isLast)
                shard.hands[key] = held
                return RateExchange.Item(key: key, account: held.account, limit: held.limit, question: question)
            }
        }
    }

    private func hear(_ items: [RateExchange.Item], _ answers: [RateAnswer]?) {
        let uptime = uptime() / 1_000_000
        for (index, item) in items.enumerated() {
            shards[Int(item.key.shard)].withLock { shard in
                guard var held = shard.hands[item.key] else { return }
                if let answers, index < answers.count {
                    held.hand.hear(answers[index], to: item.question, at: uptime)
                } else {
                    held.hand.fail(item.question, at: uptime)
                }
                shard.hands[item.key] = held
            }
        }
    }

    private func lapsed(all: Bool) -> [Key] {
        let uptime = uptime() / 1_000_000
        return shards.flatMap { shard in
            shard.withLock { shard in
                // Found first: changed while it is gone through, all of the shard would be copied while calls wait.
                let keys = shard.hands.compactMap { key, held in
                    let isWanted =
                        all ? held.hand.holdsAnything : held.hand.hasLapsed(under: held.limit, at: uptime)
                    return isWanted ? key : nil
                }
                for key in keys { shard.hands[key]?.hand.queue() }
                return keys
            }
        }
    }
}

extension RateLimiter.Key {
    init(_ count: RateCount) {
        self.init(
            holder: count.holder, limit: UInt64(bitPattern: count.limit),
            shard: UInt8(clamping: RateLimiter.shard(of: count.account)))
    }

    static func < (left: Self, right: Self) -> Bool {
        left.holder == right.holder ? left.limit < right.limit : left.holder < right.holder
    }
}

extension RateCount {
    init(_ key: RateLimiter.Key, of account: ID<Organization>, _ meter: RateMeter, idleAt: Int64) {
        self.init(
            holder: key.holder, limit: Int64(bitPattern: key.limit), account: account, mark: meter.mark,
            used: meter.used, idleAt: Instant(milliseconds: idleAt))
    }
}

extension KnownClient {
    /// Which limits on tokens are its, nil for one that is given none.
    package var limitKind: RateLimit.Kind? {
        switch kind {
        case .integration: .integration
        case .app: .app
        case .resourceServer: nil
        }
    }

    /// Of what its tokens are counted: with the client itself, or where that stands.
    fileprivate func holder(of holder: RateLimit.Holder) -> ID<AnyEntity> {
        switch holder {
        case .credential:
            switch id {
            case .integration(let id): ID(value: id.value)
            case .app(let id): ID(value: id.value)
            case .resourceServer(let id): ID(value: id.value)
            }
        case .organization: ID(value: standing.organization.value)
        case .account: ID(value: standing.path.root.value)
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
