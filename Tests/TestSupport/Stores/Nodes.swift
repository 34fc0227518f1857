package import Persistence

extension StoreUnderTest {
    /// Has `use` work on one database as several nodes have it. SQLite has one process, whose parts then share a store.
    package func openNodes<R>(_ count: Int, _ use: ([any Engine]) async throws -> R) async throws -> R {
        try await withTemporaryFolder { folder in
            try await MigratedDatabase.copy(to: folder, on: self)
            let first = try await open(in: folder)
            var stores = [first]
            if self == .postgres {
                while stores.count < count { stores.append(try await open(in: folder)) }
            }
            do {
                let result = try await use((0..<count).map { stores[min($0, stores.count - 1)] })
                for store in stores { await store.close() }
                return result
            } catch {
                for store in stores { await store.close() }
                throw error
            }
        }
    }
}

extension Store {
    /// Has a lease lapse, as the database's clock would in time.
    package func lapse(_ name: Lease.Name) async throws {
        try await write { tx in
            try tx.perform(
                "UPDATE lease SET expires_at = \(fixed: tx.dialect.clock) - 1 WHERE name = \(name.rawValue)")
        }
    }
}
