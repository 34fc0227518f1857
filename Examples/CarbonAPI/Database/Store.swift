/// Whose rows a transaction sees and may write.
enum Sight: Sendable {
    /// Those of an organization and of all below.
    case within(OrganizationPath)
    /// Those of all, but only of what the server itself looks after: jobs and what has expired.
    case upkeep
}

/// A database. Two engines are behind it, which understand the same statements.
protocol Store: Sendable {
    /// Runs `body` on one state of the database.
    func read<R: Sendable>(_ sight: Sight, _ body: @escaping @Sendable (any Transaction) throws -> R) async throws -> R

    /// Runs `body` in a transaction of its own, which is undone when it throws. It may be run more than once.
    func write<R: Sendable>(_ sight: Sight, _ body: @escaping @Sendable (any Transaction) throws -> R) async throws -> R

    func close() async
}

/// A transaction, used by the body that was given it and by nobody else.
protocol Transaction {
    var sight: Sight { get }
    /// Whether queries say whose rows they want. Only a test leaves that out, to see what the second wall holds.
    var filters: Bool { get }

    func rows(_ statement: SQLText) throws -> [StoredRow]
    /// - Returns: How many rows it changed.
    @discardableResult func run(_ statement: SQLText) throws -> Int
}

extension Transaction {
    /// The condition that a row belongs to whom the transaction is for: the first wall. The second is PostgreSQL's.
    func sees(_ column: SQLText) -> SQLText {
        guard filters, case .within(let path) = sight else { return "1 = 1" }
        return "(\(sql: column) >= \(path) AND \(sql: column) < \(path.end))"
    }

    func first(_ statement: SQLText) throws -> StoredRow? { try rows(statement).first }

    func count(_ statement: SQLText) throws -> Int { try first(statement)?.integer("n") ?? 0 }
}

/// A row that was read.
struct StoredRow: Sendable {
    private let columns: [String]
    private let values: [SQLValue]

    init(columns: [String], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    private func value(_ name: String) throws -> SQLValue {
        guard let index = columns.firstIndex(of: name) else { throw StoreFailure.unreadable("no column \(name)") }
        return values[index]
    }

    func optionalText(_ name: String) throws -> String? {
        switch try value(name) {
        case .null: nil
        case .text(let text): text
        case .integer: throw StoreFailure.unreadable("\(name) is no text")
        }
    }

    func optionalInteger(_ name: String) throws -> Int? {
        switch try value(name) {
        case .null: nil
        case .integer(let number): Int(number)
        case .text: throw StoreFailure.unreadable("\(name) is no number")
        }
    }

    func text(_ name: String) throws -> String {
        guard let text = try optionalText(name) else { throw StoreFailure.unreadable("\(name) is null") }
        return text
    }

    func integer(_ name: String) throws -> Int {
        guard let number = try optionalInteger(name) else { throw StoreFailure.unreadable("\(name) is null") }
        return number
    }

    func bool(_ name: String) throws -> Bool { try integer(name) != 0 }

    func time(_ name: String) throws -> Timestamp { Timestamp(seconds: try integer(name)) }

    func optionalDate(_ name: String) throws -> CalendarDate? {
        guard let text = try optionalText(name) else { return nil }
        guard let date = CalendarDate(text) else { throw StoreFailure.unreadable("\(name) is no date") }
        return date
    }

    func date(_ name: String) throws -> CalendarDate {
        guard let date = try optionalDate(name) else { throw StoreFailure.unreadable("\(name) is null") }
        return date
    }

    func path(_ name: String) throws -> OrganizationPath {
        guard let path = OrganizationPath(try text(name)) else { throw StoreFailure.unreadable("\(name) is no path") }
        return path
    }

    func optionalExact(_ name: String) throws -> Exact? { try optionalText(name).map(Exact.constant) }
    func exact(_ name: String) throws -> Exact { Exact.constant(try text(name)) }

    /// JSON that we wrote.
    func json(_ name: String) throws -> JSONValue {
        guard let value = try? JSONValue(parsing: Array(try text(name).utf8)) else {
            throw StoreFailure.unreadable("\(name) is no JSON")
        }
        return value
    }

    /// A list of texts that we wrote.
    func texts(_ name: String) throws -> [String] { (try json(name).asList ?? []).compactMap(\.asText) }
}

/// Why a transaction was not done.
enum StoreFailure: Error, Sendable {
    /// There is such a row already.
    case unique
    /// Something refers to the row, or it refers to nothing.
    case reference
    /// It met another transaction.
    case conflict
    /// The database cannot be reached, or has no room.
    case unavailable(String)
    case unreadable(String)
    case engine(String)
}
