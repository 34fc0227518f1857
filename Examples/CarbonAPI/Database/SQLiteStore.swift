import Foundation
import GRDB

/// The database in a file, for one server. The first wall is the only one here: SQLite has no row-level security.
final class SQLiteStore: Store {
    private let pool: DatabasePool
    private let filters: Bool

    /// Opens the file, or makes it.
    ///
    /// - Parameter filters: False leaves out whose rows are wanted, for tests.
    init(path: String, filters: Bool = true) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        pool = try DatabasePool(path: path, configuration: configuration)
        self.filters = filters
        try pool.write { database in
            let transaction = SQLiteTransaction(database, .upkeep, filters: true)
            try transaction.execute("CREATE TABLE IF NOT EXISTS schema_step (number INTEGER PRIMARY KEY)")
            let done = try transaction.count("SELECT count(*) AS n FROM schema_step")
            for (number, step) in Schema.steps.enumerated().dropFirst(done) {
                try transaction.execute(step.text(on: .sqlite))
                _ = try transaction.run("INSERT INTO schema_step (number) VALUES (\(number + 1))")
            }
        }
    }

    func read<R: Sendable>(
        _ sight: Sight, _ body: @escaping @Sendable (any Transaction) throws -> R
    ) async throws -> R {
        let filters = filters
        do {
            return try await pool.read { try body(SQLiteTransaction($0, sight, filters: filters)) }
        } catch let error as DatabaseError {
            throw StoreFailure(error)
        }
    }

    func write<R: Sendable>(
        _ sight: Sight, _ body: @escaping @Sendable (any Transaction) throws -> R
    ) async throws -> R {
        let filters = filters
        do {
            return try await pool.write { try body(SQLiteTransaction($0, sight, filters: filters)) }
        } catch let error as DatabaseError {
            throw StoreFailure(error)
        }
    }

    func close() async {
        try? pool.close()
    }
}

extension StoreFailure {
    fileprivate init(_ error: DatabaseError) {
        let message = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        self =
            switch error.extendedResultCode {
            case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY: .unique
            case .SQLITE_CONSTRAINT_FOREIGNKEY: .reference
            case .SQLITE_FULL: .unavailable(message)
            case let code where code.primaryResultCode == .SQLITE_BUSY: .conflict
            case let code where code.primaryResultCode == .SQLITE_IOERR: .unavailable(message)
            default: .engine(message)
            }
    }
}

private struct SQLiteTransaction: Transaction {
    private let database: Database
    let sight: Sight
    let filters: Bool

    init(_ database: Database, _ sight: Sight, filters: Bool) {
        self.database = database
        self.sight = sight
        self.filters = filters
    }

    func execute(_ script: String) throws {
        try database.execute(sql: script)
    }

    func rows(_ statement: SQLText) throws -> [StoredRow] {
        let query = try prepared(statement)
        let columns = query.columnNames
        return try Row.fetchAll(query, arguments: arguments(statement)).map { row in
            StoredRow(columns: columns, values: row.databaseValues.map(\.asValue))
        }
    }

    func run(_ statement: SQLText) throws -> Int {
        try prepared(statement).execute(arguments: arguments(statement))
        return database.changesCount
    }

    private func prepared(_ statement: SQLText) throws -> Statement {
        let text = statement.text { _ in "?" }
        // What is kept is never thrown away again.
        return statement.isVarying ? try database.makeStatement(sql: text) : try database.cachedStatement(sql: text)
    }

    private func arguments(_ statement: SQLText) -> StatementArguments {
        StatementArguments(
            statement.values.map { value -> (any DatabaseValueConvertible)? in
                switch value {
                case .null: nil
                case .integer(let number): number
                case .text(let text): text
                }
            })
    }
}

extension DatabaseValue {
    fileprivate var asValue: SQLValue {
        switch storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .double(let number): .text(String(number))
        case .string(let text): .text(text)
        case .blob(let data): .text(String(decoding: data, as: UTF8.self))
        }
    }
}
