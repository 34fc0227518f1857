import Model
package import Persistence
import PersistenceSQLite

/// An engine that a test runs on. There is no imitation: every test has a real database with the real schema.
package enum StoreUnderTest: String, CaseIterable, Sendable {
    case sqlite

    /// Has `use` work on a fresh store, which is closed and removed when it returns.
    package func open<R>(
        migrations: [Migration] = Migration.all, _ use: (any TestedStore) async throws -> R
    ) async throws -> R {
        try await withTemporaryFolder { folder in
            let store = try await open(in: folder, migrations: migrations)
            do {
                let result = try await use(store)
                await store.close()
                return result
            } catch {
                await store.close()
                throw error
            }
        }
    }

    /// Opens the store that is kept in `folder`, for tests that open it more than once. The caller closes it.
    package func open(
        in folder: String, migrations: [Migration] = Migration.all, waitingBodies: Int = 10_000
    ) async throws -> any TestedStore {
        switch self {
        case .sqlite:
            try await SQLiteStore.open(
                path: folder + "/claviger.sqlite", migrations: migrations,
                limits: SQLiteLimits(waitingBodies: waitingBodies), at: FixedClock().current)
        }
    }
}

/// What tests need of a store besides its door.
package protocol TestedStore: Store {
    /// Has `listener` hear what is committed from now on.
    func listen(_ listener: @escaping ChangeListener)

    /// Ends the store.
    func close() async
}

extension SQLiteStore: TestedStore {}
