import Locking
package import Model

/// What a ``CredentialMemory`` holds: a record of one credential, found by the fingerprint of its text.
package protocol RememberedCredential: AnyObject, Sendable {
    var fingerprint: Fingerprint { get }
    var expiresAt: Instant { get }
    /// How many bytes it takes, its places in indexes left out. Never changes while it is held.
    var bytes: Int { get }

    /// It comes to be held, once: what no other credential counts that it shares counts with it from now on.
    func willBeHeld()
    /// It is held no longer.
    func wasGivenUp()
}

/// A cache of credentials that is bounded in bytes, its index included (law 7). When it is full, what has expired goes first. If that is
/// not enough, one goes that was not asked for lately (the CLOCK rule).
///
/// Split into shards with a lock each. A shard's index grows by itself, so nobody waits for more than that one, and growing reads no record.
package final class CredentialMemory<Credential: RememberedCredential>: Sendable {
    private let shards: [Shard]

    /// - Parameters:
    ///   - capacity: How many credentials it holds at most, whatever their bytes.
    ///   - bytes: How many bytes they and the index take at most.
    package init(capacity: Int = .max, bytes: Int, shards count: Int = 64) {
        let count = max(1, min(count, capacity))
        shards = (0..<count).map { _ in Shard(capacity: max(1, capacity / count), limit: bytes / count) }
    }

    /// How many credentials it holds.
    package var count: Int {
        shards.reduce(0) { $0 + $1.state.withLock(\.index.count) }
    }

    /// How many bytes it takes.
    package var bytes: Int {
        shards.reduce(0) { $0 + $1.state.withLock(\.bytes) }
    }

    /// The credential with this fingerprint, which thereby stays longer.
    package subscript(fingerprint: Fingerprint) -> Credential? {
        shard(fingerprint).state.withLock { state in
            guard let place = state.place(of: fingerprint) else { return nil }
            state.index.mark(place)
            return state.index[place]
        }
    }

    /// Remembers a credential in the place of what was known by the same fingerprint.
    ///
    /// - Returns: What had to go for it; the credential itself where there is no room for it.
    @discardableResult
    package func insert(_ credential: Credential, at now: Instant) -> [Credential] {
        var gone: [Credential] = []
        let now = UInt32(clamping: now.seconds)
        shard(credential.fingerprint).state.withLock { $0.insert(credential, at: now, &gone) }
        // What is gone is freed by the caller, behind the lock.
        return gone
    }

    /// Gives up what has this fingerprint.
    @discardableResult
    package func remove(_ fingerprint: Fingerprint) -> Credential? {
        shard(fingerprint).state.withLock { state in
            state.place(of: fingerprint).map { state.take(at: $0) } ?? nil
        }
    }

    private func shard(_ fingerprint: Fingerprint) -> Shard {
        shards[fingerprint.shard(of: shards.count)]
    }

    private struct State {
        /// What had expired when it came is kept for so long, in seconds: an expired key that is asked about all the time is not looked up
        /// all the time.
        private static var shortestStay: UInt32 { 60 }

        let capacity: Int
        let limit: Int
        var index = FlatIndex<Credential>()
        /// What the records take.
        private var held = 0
        private var hand = 0
        /// No record ends before.
        private var firstEnd = UInt32.max

        init(capacity: Int, limit: Int) {
            self.capacity = capacity
            self.limit = limit
        }

        var bytes: Int { held + index.capacity * FlatIndex<Credential>.slotBytes }

        func place(of fingerprint: Fingerprint) -> Int? {
            index.place(of: fingerprint.indexHash) { $0.fingerprint == fingerprint }
        }

        mutating func insert(_ credential: Credential, at now: UInt32, _ gone: inout [Credential]) {
            if let place = place(of: credential.fingerprint) { take(at: place).map { gone.append($0) } }
            credential.willBeHeld()
            let bytes = credential.bytes
            // Others would go in vain.
            guard bytes + max(index.capacity, 8) * FlatIndex<Credential>.slotBytes <= limit else {
                credential.wasGivenUp()
                return gone.append(credential)
            }
            if !hasRoom(for: bytes), firstEnd <= now { takeExpired(at: now, &gone) }
            while !hasRoom(for: bytes) {
                guard let next = takeNext() else {
                    credential.wasGivenUp()
                    return gone.append(credential)
                }
                gone.append(next)
            }
            // Rounded up, so what lives goes by no fraction of a second.
            let end = max(
                UInt32(clamping: credential.expiresAt.adding(seconds: 1).seconds),
                now.addingUpToMaximum(Self.shortestStay))
            index.insert(credential, under: credential.fingerprint.indexHash, until: end)
            held += bytes
            firstEnd = min(firstEnd, end)
        }

        /// Takes what is at a place.
        mutating func take(at place: Int) -> Credential? {
            guard let credential = index[place] else { return nil }
            index.remove(at: place)
            held -= credential.bytes
            credential.wasGivenUp()
            return credential
        }

        private func hasRoom(for bytes: Int) -> Bool {
            let slots = index.isFull ? index.nextCapacity : index.capacity
            return index.count < capacity && held + bytes + slots * FlatIndex<Credential>.slotBytes <= limit
        }

        /// Takes one that was not asked for since the hand came by last, nil if there is none at all.
        private mutating func takeNext() -> Credential? {
            guard index.count > 0 else { return nil }
            while true {
                if hand >= index.capacity { hand = 0 }
                if index[hand] != nil, !index.unmark(hand) { return take(at: hand) }
                hand += 1
            }
        }

        /// Takes all that has expired. Afterwards nothing ends within this second, so this happens once a second at most.
        private mutating func takeExpired(at now: UInt32, _ gone: inout [Credential]) {
            var place = 0
            firstEnd = .max
            while place < index.capacity {
                let end = index.end(at: place)
                if index[place] == nil {
                    place += 1
                } else if end <= now {
                    // Another one may have moved up to here.
                    take(at: place).map { gone.append($0) }
                } else {
                    firstEnd = min(firstEnd, end)
                    place += 1
                }
            }
        }
    }

    private final class Shard: Sendable {
        let state: Lock<State>

        init(capacity: Int, limit: Int) {
            state = Lock(State(capacity: capacity, limit: limit))
        }
    }
}

extension UInt32 {
    /// The sum, or the greatest number.
    fileprivate func addingUpToMaximum(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
