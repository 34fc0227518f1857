import GRDB
package import Persistence

extension SQLiteStore {
    /// The process that owns the database at `path`, nil where none does.
    ///
    /// - Throws: ``SQLiteOpeningError`` if it cannot be told.
    package static func owner(of path: String) throws -> DatabaseOwner? {
        try DatabaseFile.owner(of: path)
    }

    /// Says to commands beside this process whether it takes what they ask.
    package func note(takesErrands: Bool) { file.note(takesErrands: takesErrands) }

    /// Reads one snapshot of a database without owning it, beside a server that does. For commands; it blocks.
    ///
    /// - Throws: ``SQLiteOpeningError`` for a file that cannot be opened, ``StoreError``, or what `body` throws.
    package static func peek<T>(at path: String, _ body: (borrowing Transaction) throws -> T) throws -> T {
        let queue = try lookedAt(path)
        defer { try? queue.close() }
        return try queue.read { database in
            try body(Transaction(on: SQLiteConnection(database), announcing: Announcements()))
        }
    }

    /// A connection that reads a database without owning it. Close it.
    static func lookedAt(_ path: String) throws(SQLiteOpeningError) -> DatabaseQueue {
        var configuration = ConnectionRole.reader.configuration
        configuration.readonly = true
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw SQLiteOpeningError(error, path: path)
        }
    }
}
