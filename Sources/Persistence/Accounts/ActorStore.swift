package import Model

/// The database as callers have it: each body is somebody's, and meets no rows but those of their account. Who is given this and
/// no ``Store`` cannot forget to say for whom it works.
package struct ActorStore: Sendable {
    private let store: any Store

    package init(_ store: any Store) {
        self.store = store
    }

    /// As ``Store/read(_:)``, confined to the actor's account.
    package func read<T: Sendable>(
        as actor: Actor, _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        let scope = actor.reach.rows
        return try await store.read { tx in
            try tx.confine(to: scope)
            return try body(tx)
        }
    }

    /// As ``Store/write(_:)``, confined to the actor's account.
    package func write<T: Sendable>(
        as actor: Actor, _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        let scope = actor.reach.rows
        return try await store.write { tx in
            try tx.confine(to: scope)
            return try body(tx)
        }
    }
}
