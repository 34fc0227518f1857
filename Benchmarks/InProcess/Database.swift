import Persistence
import PersistencePostgres
import PersistenceSQLite

/// The database of a measurement: the path of a SQLite file, or a `postgres://` URI.
enum Database {
    static func open(_ text: String) async throws -> any Engine {
        text.hasPrefix("postgres://")
            ? try await PostgresStore.open(PostgresAddress(text), at: Sample.now())
            : try await SQLiteStore.open(path: text, at: Sample.now())
    }
}
