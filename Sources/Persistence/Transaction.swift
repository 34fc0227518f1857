package import Model

/// What an engine gives a transaction: statements, run one after another on one connection.
package protocol EngineConnection: AnyObject {
    /// What differs between the engines.
    var dialect: Dialect { get }

    /// Runs a statement and hands each row of its answer to `row`.
    ///
    /// - Returns: How many rows it changed.
    /// - Throws: ``StoreError``, or what `row` throws.
    @discardableResult
    func run(_ statement: BoundSQL, row: (StoredRow) throws -> Void) throws -> Int

    /// Runs a statement, now or together with the next one. If it fails, that one throws, or the end of the transaction.
    ///
    /// - Parameter rows: How many rows it must change, nil for any number. That it does not is ``StoreError/conflict``.
    /// - Throws: ``StoreError``.
    func runSoon(_ statement: BoundSQL, changing rows: Int?) throws

    /// Runs the statements of a migration, one after another.
    ///
    /// - Throws: ``StoreError``.
    func run(script: String) throws

    /// Has the statements of this body from here on meet no rows but those in `scope`, where the database can hold to that. It
    /// travels with the next statement, which throws if it fails.
    ///
    /// - Throws: ``StoreError``.
    func confine(to scope: RowScope) throws
}

/// One transaction. It lives inside a body of ``Store`` and cannot leave it. The tables' files extend it with what can
/// be asked of their rows.
package struct Transaction: ~Copyable {
    private let connection: any EngineConnection
    private let announcements: Announcements

    package init(on connection: any EngineConnection, announcing announcements: Announcements) {
        self.connection = connection
        self.announcements = announcements
    }

    /// What differs between the engines.
    package var dialect: Dialect { connection.dialect }

    /// The same transaction on a connection that hands on to this one's, for whoever wants to see what is asked.
    package borrowing func through(_ wrap: (any EngineConnection) -> any EngineConnection) -> Transaction {
        Transaction(on: wrap(connection), announcing: announcements)
    }

    /// Has what follows in this body meet no rows but those in `scope`. ``ActorStore`` does so first of all.
    borrowing func confine(to scope: RowScope) throws {
        try connection.confine(to: scope)
    }

    /// Runs a statement whose outcome the body does not ask for. It may travel with the next one, which saves a way to
    /// the server and back; if it fails, whatever comes next in the body throws, or the whole transaction.
    ///
    /// - Parameter rows: How many rows it must change, nil for any number: for a change of what this body has read. Where
    ///   another number is, somebody else was first, and the transaction is undone as ``StoreError/conflict``.
    package borrowing func perform(_ statement: BoundSQL, changing rows: Int? = nil) throws {
        try connection.runSoon(statement, changing: rows)
    }

    /// Runs a statement.
    ///
    /// - Returns: How many rows it changed.
    @discardableResult
    package borrowing func execute(_ statement: BoundSQL) throws -> Int {
        try connection.run(statement) { _ in }
    }

    /// Runs the statements of a migration, one after another. Their text is ours and fixed: nothing can be bound.
    package borrowing func execute(script: String) throws {
        try connection.run(script: script)
    }

    /// The values that `read` makes of the rows.
    package borrowing func all<T>(_ statement: BoundSQL, _ read: (StoredRow) throws -> T) throws -> [T] {
        var result: [T] = []
        try connection.run(statement) { result.append(try read($0)) }
        return result
    }

    /// The value that `read` makes of the first row, nil where there is none.
    package borrowing func first<T>(_ statement: BoundSQL, _ read: (StoredRow) throws -> T) throws -> T? {
        var result: T?
        try connection.run(statement) { if result == nil { result = try read($0) } }
        return result
    }

    /// Says what verification must forget. Heard once the transaction is committed, and not at all if it is not.
    package borrowing func announce(_ change: Change) {
        announcements.changes.append(change)
    }
}

/// What one body announced. Engines make one for each run of a body.
package final class Announcements {
    package fileprivate(set) var changes: [Change] = []

    package init() {}
}
