import Locking
package import Persistence

/// A real store that fails when a test wants it to.
package final class FaultyStore: Store {
    /// What happens to writes.
    package enum Fault: Sendable {
        /// They are committed, and the answer is lost.
        case lostAnswer
        /// They are not made, as if the process had died before.
        case death
    }

    private struct Plan {
        var fault: Fault?
        var goodWrites = 0
    }

    private let store: any Store
    private let plan = Lock(Plan())

    package init(_ store: any Store) {
        self.store = store
    }

    /// Has `fault` happen to all writes but the next `goodWrites`; nil ends it.
    package func inject(_ fault: Fault?, after goodWrites: Int = 0) {
        plan.withLock { $0 = Plan(fault: fault, goodWrites: goodWrites) }
    }

    package func read<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await store.read(body)
    }

    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        switch nextFault() {
        case .death:
            throw StoreError.closed
        case .lostAnswer:
            _ = try await store.write(body)
            throw StoreError.uncertain
        case nil:
            return try await store.write(body)
        }
    }

    private func nextFault() -> Fault? {
        plan.withLock { plan in
            guard plan.goodWrites > 0 else { return plan.fault }
            plan.goodWrites -= 1
            return nil
        }
    }
}
