import Locking

/// A bounded cache: a dictionary that never holds more than `capacity` entries (law 7), nor more than so many bytes where its values are
/// weighed. When full, it evicts one that was not asked for lately: the CLOCK rule, an LRU that costs one step on average and needs no
/// list.
///
/// Split into shards with a lock each, so that event loops seldom meet.
package final class BoundedMemory<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let shards: [Shard]

    /// A memory of at most `capacity` entries, at least one for each shard.
    ///
    /// - Parameters:
    ///   - bytes: What it may take.
    ///   - weigh: About how many bytes a value takes; always the same for one.
    package init(
        capacity: Int, bytes: Int = .max, shards count: Int = 16,
        weighing weigh: @escaping @Sendable (Value) -> Int = { _ in 0 }
    ) {
        let count = max(1, min(count, capacity))
        shards = (0..<count).map { _ in
            Shard(State(capacity: max(1, capacity / count), limit: bytes / count, weigh: weigh))
        }
    }

    /// How many entries it holds.
    package var count: Int {
        shards.reduce(0) { $0 + $1.state.withLock(\.slots.count) }
    }

    /// About how many bytes it takes, if its values are weighed.
    package var bytes: Int {
        shards.reduce(0) { $0 + $1.state.withLock(\.bytes) }
    }

    /// The value under `key`, which thereby stays longer.
    package subscript(key: Key) -> Value? {
        shard(key).state.withLock { state in
            guard let slot = state.index[key] else { return nil }
            state.slots[slot].wasUsed = true
            return state.slots[slot].value
        }
    }

    /// Puts `value` under `key`.
    ///
    /// - Returns: A value that had to go for it, the one before under the same key or another's; the last where several had to.
    @discardableResult
    package func insert(_ value: Value, for key: Key) -> Value? {
        shard(key).state.withLock { $0.insert(value, for: key) }
    }

    /// The value under `key`, or the one that `make` makes, unless that is nil.
    ///
    /// - Returns: That value, and one that had to go for it.
    package func value(for key: Key, orMake make: () -> Value?) -> (value: Value?, gone: Value?) {
        shard(key).state.withLock { state in
            if let slot = state.index[key] { return (state.slots[slot].value, nil) }
            guard let value = make() else { return (nil, nil) }
            return (value, state.insert(value, for: key))
        }
    }

    /// Gives up what is under `key`.
    @discardableResult
    package func remove(_ key: Key) -> Value? {
        shard(key).state.withLock { $0.remove(key) }
    }

    /// Gives up everything, and tells of each value that was there.
    package func removeAll(_ tell: (Value) -> Void = { _ in }) {
        for shard in shards {
            // Who waits for the lock need not wait until all of it was told of and is gone.
            let slots = shard.state.withLock { $0.removeAll() }
            for slot in slots { tell(slot.value) }
        }
    }

    private func shard(_ key: Key) -> Shard {
        shards[Int(truncatingIfNeeded: UInt(bitPattern: key.hashValue) % UInt(shards.count))]
    }

    private struct Slot {
        let key: Key
        var value: Value
        var wasUsed = false
    }

    private struct State {
        /// What an entry takes beside its value: its slot, and its place in a dictionary that is not full.
        private static var entryBytes: Int { MemoryLayout<Slot>.stride + 2 * (MemoryLayout<Key>.stride + 8) }

        let capacity: Int
        let limit: Int
        let weigh: @Sendable (Value) -> Int
        var index: [Key: Int] = [:]
        var slots: ContiguousArray<Slot> = []
        var bytes = 0
        private var hand = 0

        init(capacity: Int, limit: Int, weigh: @escaping @Sendable (Value) -> Int) {
            self.capacity = capacity
            self.limit = limit
            self.weigh = weigh
        }

        mutating func insert(_ value: Value, for key: Key) -> Value? {
            if let slot = index[key] {
                let gone = slots[slot].value
                slots[slot].value = value
                bytes += weigh(value) - weigh(gone)
                while bytes > limit { _ = evict() }
                return gone
            }
            var gone: Value?
            let need = weigh(value) + Self.entryBytes
            while !slots.isEmpty, slots.count >= capacity || bytes + need > limit { gone = evict() }
            index[key] = slots.count
            slots.append(Slot(key: key, value: value))
            bytes += need
            return gone
        }

        /// Gives up one that was not asked for since the hand came by last.
        private mutating func evict() -> Value? {
            while slots[hand].wasUsed {
                slots[hand].wasUsed = false
                hand = (hand + 1) % slots.count
            }
            // Into its slot comes the youngest, which the hand passes over.
            let gone = remove(slots[hand].key)
            if !slots.isEmpty { hand = (hand + 1) % slots.count }
            return gone
        }

        mutating func remove(_ key: Key) -> Value? {
            guard let slot = index.removeValue(forKey: key) else { return nil }
            let gone = slots[slot].value
            bytes -= weigh(gone) + Self.entryBytes
            let last = slots.removeLast()
            if slot < slots.count {
                slots[slot] = last
                index[last.key] = slot
            }
            if hand >= slots.count { hand = 0 }
            return gone
        }

        mutating func removeAll() -> ContiguousArray<Slot> {
            defer {
                index = [:]
                slots = []
                bytes = 0
                hand = 0
            }
            return slots
        }
    }

    private final class Shard: Sendable {
        let state: Lock<State>

        init(_ state: State) {
            self.state = Lock(state)
        }
    }
}
