package import CredentialFormat

/// A store as the holder of a lease has it: each transaction that writes begins by holding the lease, so once that is
/// lost nothing is written any more, however late the loser wakes up (it is fenced by the database).
package struct LeasedStore: Store {
    private let store: any Store
    private let lease: Lease
    private let seconds: Int

    /// Claims a lease that lapses `seconds` after it was last held. Another node's lease is left alone without a
    /// write: who waits for its row would hold up bodies that share the transaction.
    ///
    /// - Returns: Nil where another node has it.
    /// - Throws: A ``StoreError``.
    package static func claim(
        _ name: Lease.Name, on store: any Store, by node: ID<Node>, seconds: Int
    ) async throws -> LeasedStore? {
        guard try await store.read({ tx in try tx.isFree(name, for: node) }) else { return nil }
        return try await store.write { tx in try tx.claim(name, by: node, seconds: seconds) }.map { lease in
            LeasedStore(store: store, lease: lease, seconds: seconds)
        }
    }

    package func read<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await store.read(body)
    }

    /// As ``Store/write(_:)``.
    ///
    /// - Throws: ``LeaseLost`` too.
    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await store.write { [lease, seconds] tx in
            try tx.hold(lease, seconds: seconds)
            return try body(tx)
        }
    }

    /// Gives the lease back, so that another node need not wait until it lapses.
    package func release() async throws {
        try await store.write { [lease] tx in try tx.release(lease) }
    }
}
