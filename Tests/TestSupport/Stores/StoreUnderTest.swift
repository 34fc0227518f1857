import Model
package import Persistence
package import PersistencePostgres
import PersistenceSQLite

/// An engine that a test runs on. There is no imitation: every test has a real database with the real schema.
package enum StoreUnderTest: String, CaseIterable, Sendable {
    case sqlite
    case postgres

    /// The engine that a test gets which does not ask for one: see ``EveryEngine``.
    @TaskLocal package static var current = StoreUnderTest.sqlite

    /// Has `use` work on a fresh store, which is closed and removed when it returns.
    ///
    /// - Parameter migrations: The steps of its schema, taken now; nil for all, taken once for all tests.
    package func open<R>(
        migrations: [Migration]? = nil, _ use: (any Engine) async throws -> R
    ) async throws -> R {
        try await withTemporaryFolder { folder in
            if migrations == nil { try await MigratedDatabase.copy(to: folder, on: self) }
            let store = try await open(in: folder, migrations: migrations ?? Migration.all)
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

    /// Opens the store that is kept in `folder`, or on PostgreSQL under its name, for tests that open it more than once.
    /// The caller closes it.
    package func open(
        in folder: String, migrations: [Migration] = Migration.all, waitingBodies: Int = 10_000
    ) async throws -> any Engine {
        switch self {
        case .sqlite:
            try await SQLiteStore.open(
                path: Self.file(in: folder), migrations: migrations,
                limits: SQLiteLimits(waitingBodies: waitingBodies), at: FixedClock().current)
        case .postgres:
            try await PostgresStore.open(
                PostgresAddress(try await PostgresDatabase.kept(in: folder).uri), migrations: migrations,
                limits: .forTests(waitingBodies: waitingBodies), at: FixedClock().current)
        }
    }

    /// Where SQLite keeps the store of a folder.
    static func file(in folder: String) -> String { folder + "/claviger.sqlite" }
}

extension PostgresLimits {
    /// Few connections, because many tests run side by side, and much patience, for the same reason.
    package static func forTests(waitingBodies: Int = 10_000) -> PostgresLimits {
        PostgresLimits(
            waitingBodies: waitingBodies, readers: 2, patience: .seconds(60), statement: .seconds(30),
            connecting: .seconds(30))
    }
}

extension Engine {
    /// How many transactions have written, nil for an engine that does not say.
    package var commitCount: Int? {
        switch self {
        case let store as SQLiteStore: store.statistics.commits
        case let store as PostgresStore: store.statistics.commits
        default: nil
        }
    }
}
