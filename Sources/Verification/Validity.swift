import Synchronization

/// The invalidation flag that all cache entries of one thing share: whether what memory says of it may still be believed. One
/// step invalidates all of them, wherever they are kept.
package final class Validity: Sendable {
    private let ended = Atomic<Bool>(false)

    package init() {}

    /// One that never held: of what was read and may have changed before anybody could be told.
    static let none: Validity = {
        let none = Validity()
        none.end()
        return none
    }()

    /// Whether nothing was announced since.
    package var holds: Bool { !ended.load(ordering: .acquiring) }

    /// From now on, ask again.
    package func end() {
        ended.store(true, ordering: .releasing)
    }
}

/// The validities of all things of one kind that memory knows of, by identifier.
///
/// Bounded: a thing that has to go from here could not be told of a change any more, so its validity ends.
package struct Validities<Key: Hashable & Sendable>: Sendable {
    private let known: BoundedMemory<Key, Validity>

    package init(capacity: Int) {
        known = BoundedMemory(capacity: capacity)
    }

    /// The validity to put into what was just read about `key`, or nil if that may have changed since the reading began.
    /// `isUnchanged` is asked under the lock that ``end(_:)`` takes, so a change is either seen here or ends it there.
    package func validity(of key: Key, isUnchanged: () -> Bool) -> Validity? {
        let (value, gone) = known.value(for: key) { isUnchanged() ? Validity() : nil }
        gone?.end()
        // One that was there may have been made by a reader before the change that ours missed.
        guard let value, isUnchanged() else { return nil }
        return value
    }

    /// What is known of `key` may be wrong.
    package func end(_ key: Key) {
        known.remove(key)?.end()
    }

    /// What is known of anything may be wrong. As with one, a reader asks `isUnchanged` under the same lock.
    func endAll() {
        known.removeAll { $0.end() }
    }
}
