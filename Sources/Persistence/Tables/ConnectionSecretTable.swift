package import CredentialFormat
package import Model

/// One sealed field of a connection in one generation.
package struct ConnectionSecretRow: Hashable, Sendable {
    package let connection: ID<Connection>
    package let generation: Int
    package let field: String
    package let dataKey: ID<DataKeyRow>
    package let sealed: [UInt8]

    package init(
        connection: ID<Connection>, generation: Int, field: String, dataKey: ID<DataKeyRow>, sealed: [UInt8]
    ) {
        self.connection = connection
        self.generation = generation
        self.field = field
        self.dataKey = dataKey
        self.sealed = sealed
    }
}

extension Transaction {
    /// What is sealed for a connection in a generation.
    package borrowing func connectionSecrets(
        of id: ID<Connection>, generation: Int
    ) throws -> [ConnectionSecretRow] {
        try all(
            """
            SELECT connection_id, generation, field, data_key, sealed FROM connection_secret
            WHERE connection_id = \(id) AND generation = \(generation) ORDER BY field
            """, ConnectionSecretRow.init(row:))
    }

    /// What is sealed for some connections, each in a generation, in any order. Never empty.
    package borrowing func connectionSecrets(
        of places: [(connection: ID<Connection>, generation: Int)]
    ) throws -> [ConnectionSecretRow] {
        try all(
            .united(
                places.map { place in
                    """
                    SELECT connection_id, generation, field, data_key, sealed FROM connection_secret
                    WHERE connection_id = \(place.connection) AND generation = \(place.generation)
                    """
                }), ConnectionSecretRow.init(row:))
    }

    /// One field of a connection in a generation, so that no other is read with it.
    package borrowing func connectionSecret(
        of id: ID<Connection>, generation: Int, field: String
    ) throws -> ConnectionSecretRow? {
        try first(
            """
            SELECT connection_id, generation, field, data_key, sealed FROM connection_secret
            WHERE connection_id = \(id) AND generation = \(generation) AND field = \(field)
            """, ConnectionSecretRow.init(row:))
    }

    /// Adds the fields of the generation that a connection has by now. The one before stays for a while, those before that go, with the data
    /// keys that sealed them.
    package borrowing func insert(_ secrets: [ConnectionSecretRow], of id: ID<Connection>, at now: Instant) throws {
        try retireSecrets(of: [id], at: now)
        try insert(secrets)
        try deleteUnusedDataKeys(of: id)
    }

    /// Marks the fields of the generation before the one that each connection has by now as replaced, and removes those of earlier ones.
    package borrowing func retireSecrets(of connections: [ID<Connection>], at now: Instant) throws {
        try BoundSQL.inPieces(connections) { piece in
            try perform(
                """
                DELETE FROM connection_secret WHERE connection_id IN (\(list: piece)) AND generation <
                (SELECT c.generation - 1 FROM connection c WHERE c.id = connection_secret.connection_id)
                """)
            try perform(
                """
                UPDATE connection_secret SET replaced_at = \(now)
                WHERE connection_id IN (\(list: piece)) AND replaced_at IS NULL AND generation =
                (SELECT c.generation - 1 FROM connection c WHERE c.id = connection_secret.connection_id)
                """)
        }
    }

    /// Adds fields. An account may have thousands of pages, each with a token.
    package borrowing func insert(_ secrets: [ConnectionSecretRow]) throws {
        try BoundSQL.inPieces(secrets) { piece in
            try perform(
                """
                INSERT INTO connection_secret (connection_id, generation, field, data_key, sealed)
                VALUES \(rows: piece.map(\.values))
                """)
        }
    }

    /// Destroys the data keys of a connection that seal nothing any more.
    package borrowing func deleteUnusedDataKeys(of id: ID<Connection>) throws {
        try perform(
            """
            DELETE FROM data_key WHERE holder = \(id.description)
            AND id NOT IN (SELECT data_key FROM connection_secret WHERE connection_id = \(id))
            """)
    }

    /// Removes all that is sealed for a connection.
    ///
    /// - Returns: How many values.
    package borrowing func deleteConnectionSecrets(of id: ID<Connection>) throws -> Int {
        try execute("DELETE FROM connection_secret WHERE connection_id = \(id)")
    }

    /// Removes at most `limit` values that were replaced before `time`, and says how many.
    package borrowing func sweepConnectionSecrets(replacedBefore time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM connection_secret WHERE (connection_id, generation, field) IN
            (SELECT connection_id, generation, field FROM connection_secret
            WHERE replaced_at < \(time) ORDER BY replaced_at LIMIT \(limit))
            """)
    }
}

extension ConnectionSecretRow {
    /// In the order of the columns.
    fileprivate var values: [StoredValue] {
        [connection.stored, generation.stored, field.stored, dataKey.stored, sealed.stored]
    }

    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            connection: try row.id(0), generation: try row.count(1), field: try row.text(2), dataKey: try row.id(3),
            sealed: try row.bytes(4))
    }
}
