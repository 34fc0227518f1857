import GRDB
import GRDBSQLite
import Model
import Persistence

/// One connection, used by one thread alone.
///
/// GRDB opens it, compiles its statements and keeps its transactions; values go in and out through SQLite's own calls,
/// which saves an object for each of them.
///
/// A statement that fails ends its body, even if the body catches the error: the statements after it throw the same.
/// That is how PostgreSQL behaves, and a body must mean the same on both engines.
final class SQLiteConnection: BodyConnection {
    /// Compiled statements kept, at most. Texts are fixed, but for the lengths of their lists.
    static let statementLimit = 256

    let dialect = Dialect.sqlite
    /// The error of the statement that failed in this body.
    private(set) var failure: StoreError?
    /// Whether this body has run a statement that may change rows.
    private(set) var hasWritten = false

    let database: Database
    private var statements: [String: Statement] = [:]

    init(_ database: Database) {
        self.database = database
    }

    /// Forgets what the body before did.
    func beginBody() {
        failure = nil
        hasWritten = false
    }

    @discardableResult
    func run(_ bound: BoundSQL, row: (StoredRow) throws -> Void) throws -> Int {
        if let failure { throw failure }
        let statement = try watched { try prepared(bound.text) }
        let handle = statement.sqliteStatement
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        let changesRows = sqlite3_stmt_readonly(handle) == 0
        if changesRows { hasWritten = true }
        try watched { try bind(bound.values, to: handle) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW:
                try row(StoredRow(try values(of: handle)))
            case SQLITE_DONE:
                return changesRows ? Int(sqlite3_changes(sqlite3_db_handle(handle))) : 0
            case let code:
                try watched { throw StoreError(code, in: handle) }
            }
        }
    }

    func runSoon(_ statement: BoundSQL, changing rows: Int?) throws {
        let changed = try run(statement) { _ in }
        guard let rows, changed != rows else { return }
        try watched { throw StoreError.conflict }
    }

    func run(script: String) throws {
        if let failure { throw failure }
        hasWritten = true
        try watched { try database.execute(sql: script) }
    }

    /// SQLite knows of no rows that are somebody's: here the statements themselves are the only wall.
    func confine(to _: RowScope) throws {}

    /// Does `work`, and remembers its failure for the rest of the body.
    private func watched<T>(_ work: () throws -> T) throws -> T {
        do {
            return try work()
        } catch {
            let error = StoreError(mapping: error)
            failure = error
            throw error
        }
    }

    /// A compiled statement. One that is still giving rows is not interrupted: the text is compiled once more.
    private func prepared(_ text: String) throws -> Statement {
        if let statement = statements[text], sqlite3_stmt_busy(statement.sqliteStatement) == 0 { return statement }
        let statement = try database.makeStatement(sql: text)
        if statements.count >= Self.statementLimit { statements.removeAll() }
        statements[text] = statement
        return statement
    }
}

// MARK: - Transactions

extension SQLiteConnection {
    /// Whether a transaction is open. A full disk, for example, ends one at once.
    var isInTransaction: Bool { database.isInsideTransaction }

    /// Starts a transaction that may write. Waits for the lock as long as the busy time-out says.
    func beginWriting() throws { try control("BEGIN IMMEDIATE") }

    /// Starts a transaction that reads one snapshot.
    func beginReading() throws { try control("BEGIN DEFERRED") }

    /// Ends a transaction that only read.
    func endReading() throws { try rollback() }

    /// Ends the transaction. Once it returns, what was written is on disk. There is no other node to be told.
    func commit(announcing _: [Change]) throws { try control("COMMIT") }

    /// Undoes the transaction, if it is still open.
    func rollback() throws {
        if isInTransaction { try control("ROLLBACK") }
    }

    /// Runs a statement through GRDB, which must know where transactions begin and end.
    private func control(_ text: String) throws {
        do {
            try prepared(text).execute()
        } catch {
            // GRDB would report this failure once more when the same statement is run again.
            statements[text] = nil
            throw StoreError(mapping: error)
        }
    }
}
