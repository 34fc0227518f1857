import Persistence
import PersistencePostgres
import PersistenceSQLite

extension DatabaseLocation {
    /// Whether it is a file that is not there yet, or has nothing in it.
    var isToBeMade: Bool {
        switch self {
        case .postgres: false
        case .sqlite(let path): (FileStatus(path)?.size ?? 0) == 0
        }
    }

    /// Reads one snapshot of the database beside whoever serves from it, and changes nothing, not even the schema. For commands; it
    /// blocks.
    ///
    /// - Throws: ``CommandError`` where there is none, what is wrong with the way to it, or what `body` throws.
    func peek<T>(_ body: (borrowing Transaction) throws -> T) throws -> T {
        switch self {
        case .postgres(let address): return try PostgresStore.peek(at: address, body)
        case .sqlite(let path):
            guard !isToBeMade else { throw CommandError("There is no database at \(path).") }
            return try SQLiteStore.peek(at: path, body)
        }
    }
}

extension MigrationRunner {
    /// For who looks into a database and cannot run what its schema lacks.
    ///
    /// - Throws: ``CommandError`` where it lacks a step of this version.
    func requireAll(_ tx: borrowing Transaction) throws {
        guard try missing(tx) == 0 else {
            throw CommandError("The schema is older than this version: start a server, or run claviger migrate.")
        }
    }
}
