package import CredentialFormat
package import Model

private let columns: StaticString = "connection_id, name, number, due_at, state, settled_at, reason, generation"

extension Transaction {
    /// The newest line of each promise for a connection.
    package borrowing func latestPromises(of id: ID<Connection>) throws -> [ConnectionPromise] {
        try all(
            """
            SELECT \(fixed: columns) FROM connection_promise WHERE connection_id = \(id) AND number =
            (SELECT MAX(n.number) FROM connection_promise n
            WHERE n.connection_id = \(id) AND n.name = connection_promise.name) ORDER BY name
            """, ConnectionPromise.init(row:))
    }

    /// The newest line of each promise for some connections, in any order. Never empty.
    package borrowing func latestPromises(of connections: [ID<Connection>]) throws -> [ConnectionPromise] {
        try all(
            """
            SELECT \(fixed: columns) FROM connection_promise WHERE connection_id IN (\(list: connections)) AND number =
            (SELECT MAX(n.number) FROM connection_promise n
            WHERE n.connection_id = connection_promise.connection_id AND n.name = connection_promise.name)
            """, ConnectionPromise.init(row:))
    }

    /// The lines of a connection, newest of each name first.
    package borrowing func promises(of id: ID<Connection>, limit: Int) throws -> [ConnectionPromise] {
        try all(
            """
            SELECT \(fixed: columns) FROM connection_promise WHERE connection_id = \(id)
            ORDER BY name, number DESC LIMIT \(limit)
            """, ConnectionPromise.init(row:))
    }

    /// Writes lines, each in the place of the one of its number. What settles one comes before what opens the next.
    package borrowing func put(_ promises: [ConnectionPromise]) throws {
        try BoundSQL.inPieces(promises) { piece in
            try perform(
                """
                INSERT INTO connection_promise (\(fixed: columns)) VALUES \(rows: piece.map(\.values))
                ON CONFLICT (connection_id, name, number) DO UPDATE SET due_at = excluded.due_at, state = excluded.state,
                settled_at = excluded.settled_at, reason = excluded.reason, generation = excluded.generation
                """)
        }
    }

    /// Removes at most `limit` lines that were settled before `time`, and says how many.
    package borrowing func sweepPromises(settledBefore time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM connection_promise WHERE (connection_id, name, number) IN
            (SELECT connection_id, name, number FROM connection_promise
            WHERE settled_at < \(time) ORDER BY settled_at LIMIT \(limit))
            """)
    }
}

extension ConnectionPromise {
    /// In the order of the columns.
    fileprivate var values: [StoredValue] {
        [
            connection.stored, name.stored, number.stored, dueAt.stored, state.rawValue.stored, settledAt.stored,
            reason.stored, generation.stored,
        ]
    }

    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            connection: try row.id(0), name: try row.text(1), number: try row.count(2), dueAt: try row.instant(3),
            state: try row.parsed(4, State.init(rawValue:)), settledAt: try row.optionalInstant(5),
            reason: try row.optionalText(6), generation: row.isNull(7) ? nil : try row.count(7))
    }
}
