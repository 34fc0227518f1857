import Crypto
import Locking
import Synchronization

/// What was learned of credentials, and until when it may be believed.
///
/// Trust has an age, which is compared at every look: no timer has to fire, and nothing is believed because a connection seems to be
/// alive. What the stream says is forgotten before what it proves is believed, so who sees that has seen this.
final class Memory: Sendable {
    /// What a credential is remembered by: SHA-256, so that it is not kept itself.
    struct Key: Hashable {
        private let words: (UInt64, UInt64, UInt64, UInt64)

        /// - Parameter organization: In which it is to act, nil for its own.
        init(_ credential: String, in organization: String? = nil) {
            var hash = SHA256()
            // No credential has a line's end in it.
            var text = organization.map { "\(credential)\n\($0)" } ?? credential
            text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
            words = hash.finalize().withUnsafeBytes { digest in
                (
                    digest.loadUnaligned(as: UInt64.self),
                    digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                    digest.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                    digest.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
                )
            }
        }

        static func == (left: Key, right: Key) -> Bool { left.words == right.words }

        /// A digest needs no further mixing than its own first word.
        func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

        func shard(of count: Int) -> Int { Int(truncatingIfNeeded: words.1 % UInt64(count)) }
    }

    /// What many may depend on: it holds until it is heard of.
    fileprivate final class Validity: Sendable {
        private let ended = Atomic(false)

        var holds: Bool { !ended.load(ordering: .acquiring) }

        func end() { ended.store(true, ordering: .releasing) }
    }

    fileprivate final class Entry: Sendable {
        let told: Told
        /// When the credential ends.
        let end: Int64
        /// What it depends on, in the order of what that is called.
        let validities: [Validity]
        private let used = Atomic(false)

        init(_ told: Told, until end: Int64, _ validities: [Validity]) {
            self.told = told
            self.end = end
            self.validities = validities
        }

        var holds: Bool {
            for validity in validities where !validity.holds { return false }
            return true
        }

        func use() {
            if !used.load(ordering: .relaxed) { used.store(true, ordering: .relaxed) }
        }

        /// Whether it was used since the last look.
        func takeUse() -> Bool { used.exchange(false, ordering: .relaxed) }
    }

    private final class Shard: Sendable {
        let entries: Lock<Entries>

        init(capacity: Int) {
            entries = Lock(Entries(capacity: capacity))
        }
    }

    /// What is heard, and what it ends. Whoever changes what is remembered holds its lock.
    fileprivate struct Heard {
        /// What was heard, by when it was heard last.
        var times: [String: Int64] = [:]
        /// When anything was heard last, and when everything was to be forgotten.
        var lastTime = Int64.min
        var everythingTime = Int64.min
        var validities: [String: (validity: Validity, holders: Int)] = [:]
        /// Credentials that are good for nothing, by when that was asked.
        var inactive: [Key: Int64] = [:]
    }

    /// How long what was heard is known by its time, in nanoseconds: more than a question takes, and than what answers it may be old.
    private static let span: Int64 = 2_000_000_000
    private static let maximumTimes = 4096
    /// For how long a credential that is good for nothing is remembered, from when it was asked for.
    private static let inactiveSpan: Int64 = 1_000_000_000
    private static let maximumInactive = 1000

    private let shards: [Shard]
    private let heard = Lock(Heard())
    private let believedUntil = Atomic(Int64.min)

    /// - Parameter capacity: How many credentials are remembered at most.
    init(capacity: Int) {
        let count = max(1, min(64, capacity / 256))
        shards = (0..<count).map { _ in Shard(capacity: max(1, capacity / count)) }
    }

    private func shard(of key: Key) -> Shard { shards[key.shard(of: shards.count)] }

    /// How many credentials are remembered.
    var count: Int { shards.reduce(0) { $0 + $1.entries.withLock(\.count) } }
}

// MARK: What is believed

extension Memory {
    /// Whether what is remembered may be believed.
    func isBelieved(at now: Int64) -> Bool { now <= believedUntil.load(ordering: .acquiring) }

    /// What is remembered of a credential, nil where that is nothing that may be believed.
    func recall(_ key: Key, at now: Int64) -> Told? {
        guard isBelieved(at: now), let entry = shard(of: key).entries.withLock({ $0[key] }), entry.holds,
            now < entry.end
        else { return nil }
        entry.use()
        return entry.told
    }

    /// Whether a credential is remembered to be good for nothing.
    func isInactive(_ key: Key, at now: Int64) -> Bool {
        guard isBelieved(at: now) else { return false }
        return heard.withLock { heard in
            guard let asked = heard.inactive[key] else { return false }
            return now - asked <= Self.inactiveSpan
        }
    }

    /// Remembers what was told of a credential, if nothing was heard meanwhile that may end it, nor in the time by which the node that
    /// told it may have been behind: that need not be the node of the stream.
    ///
    /// - Parameters:
    ///   - begun: When the question was begun.
    ///   - now: Now, looked at while nothing else is heard: what was heard is not known by its time for ever.
    func keep(_ told: Told, under key: Key, askedAt begun: Int64, at now: @autoclosure () -> Int64) {
        guard let names = told.fingerprints else { return }
        heard.withLock { heard in
            let now = now()
            let end = begun + told.remaining
            guard isFresh(begun, now, heard), now < end else { return }
            for name in names where heard.times[name] ?? .min >= begun - StreamState.reach { return }
            let validities = names.map { heard.hold($0) }
            let gone = shard(of: key).entries.withLock { $0.insert(Entry(told, until: end, validities), under: key) }
            for entry in gone { heard.release(entry) }
        }
    }

    /// Remembers for a moment that a credential is good for nothing. Nobody knows what would change that, so nothing may have been heard.
    func keepInactive(_ key: Key, askedAt begun: Int64, at now: @autoclosure () -> Int64) {
        heard.withLock { heard in
            let now = now()
            guard isFresh(begun, now, heard), heard.lastTime < begun - StreamState.reach else { return }
            if heard.inactive.count >= Self.maximumInactive {
                heard.inactive = heard.inactive.filter { now - $0.value <= Self.inactiveSpan }
            }
            if heard.inactive.count < Self.maximumInactive { heard.inactive[key] = begun }
        }
    }

    private func isFresh(_ begun: Int64, _ now: Int64, _ heard: Heard) -> Bool {
        isBelieved(at: now) && now - begun <= StreamState.reach && heard.everythingTime < begun - StreamState.reach
    }
}

// MARK: What is heard

extension Memory {
    /// Believes what is remembered until then, and never for longer than what is proven this moment is good for.
    func believe(until time: Int64, at now: Int64) {
        believedUntil.store(min(time, now + StreamState.reach), ordering: .releasing)
    }

    /// Forgets what depends on one of these.
    func forget(_ names: [String], at now: Int64) {
        heard.withLock { heard in
            for name in names {
                heard.times[name] = now
                heard.validities.removeValue(forKey: name)?.validity.end()
            }
            heard.lastTime = now
            heard.inactive = [:]
            guard heard.times.count > Self.maximumTimes else { return }
            heard.times = heard.times.filter { now - $0.value <= Self.span }
            guard heard.times.count > Self.maximumTimes else { return }
            // More than is worth to be told apart.
            heard.times = [:]
            heard.everythingTime = now
        }
    }

    /// Forgets everything, and believes nothing before something is proven again.
    func forgetEverything(at now: Int64) {
        heard.withLock { heard in
            believedUntil.store(.min, ordering: .releasing)
            heard = Heard()
            heard.lastTime = now
            heard.everythingTime = now
            for shard in shards { shard.entries.withLock { $0.removeAll() } }
        }
    }
}

extension Memory.Heard {
    /// What holds until this is heard, held by one more.
    fileprivate mutating func hold(_ name: String) -> Memory.Validity {
        let validity = validities[name]?.validity ?? Memory.Validity()
        validities[name] = (validity, (validities[name]?.holders ?? 0) + 1)
        return validity
    }

    /// An entry is gone, so what nobody else depends on need not be known any longer.
    fileprivate mutating func release(_ entry: Memory.Entry) {
        for (name, validity) in zip(entry.told.fingerprints ?? [], entry.validities) {
            guard let (held, holders) = validities[name], held === validity else { continue }
            validities[name] = holders > 1 ? (held, holders - 1) : nil
        }
    }
}

/// Some of what is remembered, in a ring: of what was not used since the hand last passed by, or holds no longer, the first goes.
private struct Entries {
    private struct Slot {
        let key: Memory.Key
        let entry: Memory.Entry
    }

    private let capacity: Int
    private var places: [Memory.Key: Int] = [:]
    private var slots: [Slot] = []
    private var hand = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { slots.count }

    subscript(key: Memory.Key) -> Memory.Entry? { places[key].map { slots[$0].entry } }

    /// Puts an entry in, in the place of what there was under the key.
    ///
    /// - Returns: What is gone for it.
    mutating func insert(_ entry: Memory.Entry, under key: Memory.Key) -> [Memory.Entry] {
        if let place = places[key] {
            let old = slots[place].entry
            slots[place] = Slot(key: key, entry: entry)
            return [old]
        }
        guard slots.count >= capacity else {
            places[key] = slots.count
            slots.append(Slot(key: key, entry: entry))
            return []
        }
        // At the latest after one round nothing is left that was used.
        while slots[hand].entry.holds, slots[hand].entry.takeUse() { hand = (hand + 1) % slots.count }
        let old = slots[hand]
        places[old.key] = nil
        places[key] = hand
        slots[hand] = Slot(key: key, entry: entry)
        hand = (hand + 1) % slots.count
        return [old.entry]
    }

    mutating func removeAll() {
        places = [:]
        slots = []
        hand = 0
    }
}
