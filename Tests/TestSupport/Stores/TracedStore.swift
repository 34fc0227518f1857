import Locking
package import Persistence

/// A real store that writes down every statement that it is asked, with its values.
package final class TracedStore: Store {
    private let store: any Engine
    private let notes = Lock<[BoundSQL]>([])

    package init(_ store: any Engine) {
        self.store = store
    }

    /// What was asked while `work` ran, in its order.
    package func statements(of work: () async throws -> Void) async rethrows -> [BoundSQL] {
        notes.withLock { $0 = [] }
        try await work()
        return notes.withLock { $0 }
    }

    package func read<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await store.read { [self] tx in try body(tx.through { TracedConnection($0) { [self] in note($0) } }) }
    }

    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await store.write { [self] tx in try body(tx.through { TracedConnection($0) { [self] in note($0) } }) }
    }

    private func note(_ statement: BoundSQL) {
        notes.withLock { $0.append(statement) }
    }
}

/// Hands every statement on, and tells of it.
final class TracedConnection: EngineConnection {
    private let connection: any EngineConnection
    private let note: (BoundSQL) -> Void
    private let noteSoon: (BoundSQL) -> Void

    /// - Parameters:
    ///   - noteSoon: Told of a statement whose outcome the body does not wait for; nil for `note`.
    ///   - note: Told of any other.
    init(
        _ connection: any EngineConnection, noteSoon: ((BoundSQL) -> Void)? = nil, _ note: @escaping (BoundSQL) -> Void
    ) {
        self.connection = connection
        self.note = note
        self.noteSoon = noteSoon ?? note
    }

    var dialect: Dialect { connection.dialect }

    func run(_ statement: BoundSQL, row: (StoredRow) throws -> Void) throws -> Int {
        note(statement)
        return try connection.run(statement, row: row)
    }

    func runSoon(_ statement: BoundSQL, changing rows: Int?) throws {
        noteSoon(statement)
        try connection.runSoon(statement, changing: rows)
    }

    func run(script: String) throws { try connection.run(script: script) }

    func confine(to scope: RowScope) throws { try connection.confine(to: scope) }
}
