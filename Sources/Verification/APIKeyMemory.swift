package import CredentialFormat
import Locking
package import Model
import Synchronization

/// The cache of API keys: found by the fingerprint of their text, invalidated by their identifier, which several texts may share, or all
/// together by an epoch.
///
/// Whatever is found by its text and holds is found by its identifier too: it is listed there before it can be found by its text, and
/// ended before it leaves that list. So who could not be told of a change is not believed.
package final class APIKeyMemory: Sendable {
    /// What a key's place in the list by identifier takes, on average.
    static let listedBytes = 32

    private let byText: CredentialMemory<KnownAPIKey>
    private let byIdentifier: [Shard]
    private let currentEpoch = Atomic<UInt32>(0)

    package init(capacity: Int = .max, bytes: Int) {
        byText = CredentialMemory(capacity: capacity, bytes: bytes)
        byIdentifier = (0..<64).map { _ in Shard() }
    }

    package var count: Int { byText.count }
    package var bytes: Int { byText.bytes }

    /// The present epoch. A key is remembered under the one in which it was read.
    package var epoch: UInt32 { currentEpoch.load(ordering: .acquiring) }

    /// What is known of the key with this fingerprint, whether it is believed or not.
    package subscript(fingerprint: Fingerprint) -> KnownAPIKey? { byText[fingerprint] }

    /// Remembers a key that was just read, if it has not changed since the reading began. `isUnchanged` is asked when the key can be
    /// ended by its identifier already, so a change is either seen here or ends it there.
    package func remember(_ key: KnownAPIKey, at now: Instant, isUnchanged: () -> Bool) {
        shard(key.id).index.withLock { index in
            index.insert(key, under: key.id.indexHash, until: .max)
        }
        guard isUnchanged() else { return end(key) }
        for gone in byText.insert(key, at: now) { end(gone) }
    }

    /// What is known by this fingerprint is not so.
    package func forget(_ fingerprint: Fingerprint) {
        if let gone = byText.remove(fingerprint) { end(gone) }
    }

    /// What is known of this key may be wrong. It stays until it is read again or has to go, and tells meanwhile that there was such a
    /// key.
    package func end(_ id: ID<APIKey>) {
        shard(id).index.withLock { index in
            while let place = index.place(of: id.indexHash, where: { $0.id == id }) {
                index[place]?.end()
                index.remove(at: place)
            }
        }
    }

    /// What is known of any key may be wrong.
    package func endAll() {
        currentEpoch.wrappingAdd(1, ordering: .acquiringAndReleasing)
    }

    private func end(_ key: KnownAPIKey) {
        key.end()
        shard(key.id).index.withLock { index in
            if let place = index.place(of: key.id.indexHash, where: { $0 === key }) { index.remove(at: place) }
        }
    }

    private func shard(_ id: ID<APIKey>) -> Shard {
        byIdentifier[Int(truncatingIfNeeded: id.mixed & 63)]
    }

    private final class Shard: Sendable {
        let index = Lock(FlatIndex<KnownAPIKey>())
    }
}

extension ID {
    /// Its bits, spread: identifiers that were made one after the other have much in common.
    fileprivate var mixed: UInt64 {
        let folded = UInt64(truncatingIfNeeded: value) ^ UInt64(truncatingIfNeeded: value >> 64)
        let product = folded.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    fileprivate var indexHash: UInt32 { UInt32(truncatingIfNeeded: mixed >> 32) }
}
