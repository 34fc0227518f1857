import GRDB
import Persistence

extension SQLiteStore {
    /// Writes one snapshot of the database at `path` into an empty file, beside whoever owns it. It is one statement, so
    /// writes that go on meanwhile neither wait for it nor have it start over. For commands; it blocks.
    ///
    /// - Throws: ``SQLiteOpeningError`` for a file that cannot be opened, else ``StoreError``.
    package static func copy(_ path: String, into copy: String) throws {
        let queue = try lookedAt(path)
        defer { try? queue.close() }
        do {
            try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
        } catch {
            throw StoreError(mapping: error)
        }
    }

    /// What SQLite finds wrong with the file at `path`, reading all of it; nil for nothing. For commands; it blocks.
    ///
    /// - Throws: ``StoreError`` for a file that cannot be read at all.
    package static func damage(at path: String) throws -> String? {
        var configuration = ConnectionRole.reader.configuration
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            return try queue.read { database in
                let found = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "no answer"
                guard found == "ok" else { return found }
                let table = try String.fetchOne(database, sql: "PRAGMA foreign_key_check")
                return table.map { "a row of \($0) refers to one that is not there" }
            }
        } catch let error as DatabaseError where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode) {
            return error.message ?? "it is no SQLite database"
        } catch {
            throw StoreError(mapping: error)
        }
    }
}
