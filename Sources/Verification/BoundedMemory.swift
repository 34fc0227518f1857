import Locking

/// A bounded cache: a dictionary that never holds more than `capacity` entries (law 7). When full, it evicts one that was not
/// asked for lately: the CLOCK rule, an LRU that costs one step on average and needs no list.
///
/// Split into shards with a lock each, so that event loops seldom meet.
package final class BoundedMemory<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let shards: [Shard]

    /// A memory of at most `capacity` entries, at least one for each shard.
    package init(capacity: Int, shards count: Int = 16) {
        let count = max(1, min(count, capacity))
        shards = (0..<count).map { _ in Shard(capacity: max(1, capacity / count)) }
    }

    /// How many entries it holds.
    package var count: Int {
        shards.reduce(0) { $0 + $1.state.withLock(\.slots.count) }
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
    /// - Returns: A value that had to go for it, the one before under the same key or another's.
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
        let capacity: Int
        var index: [Key: Int] = [:]
        var slots: ContiguousArray<Slot> = []
        var hand = 0

        mutating func insert(_ value: Value, for key: Key) -> Value? {
            if let slot = index[key] {
                let gone = slots[slot].value
                slots[slot].value = value
                return gone
            }
            guard slots.count == capacity else {
                index[key] = slots.count
                slots.append(Slot(key: key, value: value))
                return nil
            }
            while slots[hand].wasUsed {
                slots[hand].wasUsed = false
                hand = (hand + 1) % slots.count
            }
            let gone = slots[hand]
            index[gone.key] = nil
            index[key] = hand
            slots[hand] = Slot(key: key, value: value)
            hand = (hand + 1) % slots.count
            return gone.value
        }

        mutating func remove(_ key: Key) -> Value? {
            guard let slot = index.removeValue(forKey: key) else { return nil }
            let gone = slots[slot].value
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
                hand = 0
            }
            return slots
        }
    }

    private final class Shard: Sendable {
        let state: Lock<State>

        init(capacity: Int) {
            state = Lock(State(capacity: capacity))
        }
    }
}
