import Foundation
import Locking
import PersistencePostgres
import PersistenceSQLite

/// A database that has taken every step of the schema and holds nothing else: made once and copied for each test, because
/// the steps take longer than most tests.
enum MigratedDatabase {
    private static let file: Task<Data, any Error> = Task.detached {
        try await withTemporaryFolder { folder in
            let path = StoreUnderTest.file(in: folder)
            await (try await SQLiteStore.open(path: path, at: FixedClock().current)).close()
            return try Data(contentsOf: URL(fileURLWithPath: path))
        }
    }

    private static let original: Task<PostgresDatabase, any Error> = Task.detached {
        let database = try await PostgresDatabase.make()
        let store = try await PostgresStore.open(
            PostgresAddress(database.uri), limits: .forTests(), at: FixedClock().current)
        await store.close()
        removed.withLock { $0 = database }
        atexit { MigratedDatabase.removed.withLock { $0 }?.remove() }
        return database
    }

    /// What is removed when all tests have run.
    private static let removed = Lock<PostgresDatabase?>(nil)

    /// Puts one into a folder in which no store was opened yet, or has one belong to it.
    static func copy(to folder: String, on engine: StoreUnderTest) async throws {
        switch engine {
        case .sqlite: try await file.value.write(to: URL(fileURLWithPath: StoreUnderTest.file(in: folder)))
        case .postgres: PostgresDatabase.keep(try await .make(copying: original.value), in: folder)
        }
    }
}
