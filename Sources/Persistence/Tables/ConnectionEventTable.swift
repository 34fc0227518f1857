package import CredentialFormat
package import Model

private let columns: StaticString = "id, connection_id, organization_path, kind, generation, status, reason, at"
/// For who follows all of them.
let connectionEventColumns = columns

extension Transaction {
    /// Puts an event into the outbox.
    package borrowing func insert(_ event: ConnectionEvent) throws { try insert([event]) }

    /// Puts events into the outbox.
    package borrowing func insert(_ events: [ConnectionEvent]) throws {
        try BoundSQL.inPieces(events) { piece in
            try perform("INSERT INTO connection_event (\(fixed: columns)) VALUES \(rows: piece.map(\.values))")
        }
    }

    /// Those of a connection, newest first.
    ///
    /// - Parameter after: Older than this one, nil for all.
    package borrowing func connectionEvents(
        of id: ID<Connection>, after: ID<ConnectionEvent>? = nil, limit: Int
    ) throws -> [ConnectionEvent] {
        try all(
            """
            SELECT \(fixed: columns) FROM connection_event
            WHERE connection_id = \(id) AND id < \(after ?? .last) ORDER BY id DESC LIMIT \(limit)
            """, ConnectionEvent.init(row:))
    }

    /// Removes at most `limit` events from before `time`, and says how many.
    package borrowing func sweepConnectionEvents(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM connection_event WHERE id IN
            (SELECT id FROM connection_event WHERE id < \(ID<ConnectionEvent>.first(at: time)) ORDER BY id LIMIT \(limit))
            """)
    }
}

extension ConnectionEvent {
    /// In the order of the columns.
    fileprivate var values: [StoredValue] {
        [
            id.stored, connection.stored, path.stored.stored, kind.rawValue.stored, generation.stored,
            status.rawValue.stored, reason.stored, at.stored,
        ]
    }

    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), connection: try row.id(1), path: try row.path(2),
            kind: try row.parsed(3, Kind.init(rawValue:)), generation: try row.count(4),
            status: try row.parsed(5, ConnectionStatus.init(rawValue:)), reason: try row.optionalText(6),
            at: try row.instant(7))
    }
}
