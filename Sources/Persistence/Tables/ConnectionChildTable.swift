package import CredentialFormat
package import Model

/// Something below a connection that came with its consent, such as a page.
package struct ConnectionChildRow: Hashable, Sendable {
    package let connection: ID<Connection>
    package let kind: String
    /// By the provider.
    package let identifier: String
    package let name: String?
    package let metadata: [String: String]
    /// The connection's when it was last there. Lower than the connection's: it is gone, or was withdrawn.
    package let generation: Int
    package let seenAt: Instant

    package init(
        connection: ID<Connection>, kind: String, identifier: String, name: String?, metadata: [String: String],
        generation: Int, seenAt: Instant
    ) {
        self.connection = connection
        self.kind = kind
        self.identifier = identifier
        self.name = name
        self.metadata = metadata
        self.generation = generation
        self.seenAt = seenAt
    }
}

extension Transaction {
    /// What is below a connection, or was.
    package borrowing func connectionChildren(of id: ID<Connection>) throws -> [ConnectionChildRow] {
        try all(
            """
            SELECT connection_id, kind, external_id, name, metadata, generation, seen_at FROM connection_child
            WHERE connection_id = \(id) ORDER BY kind, external_id
            """
        ) { row in
            ConnectionChildRow(
                connection: try row.id(0), kind: try row.text(1), identifier: try row.text(2),
                name: try row.optionalText(3), metadata: AuditDetails.parse(try row.text(4)),
                generation: try row.count(5), seenAt: try row.instant(6))
        }
    }

    /// Writes down that children are there, each once.
    package borrowing func note(_ children: [ConnectionChildRow]) throws {
        try BoundSQL.inPieces(children) { piece in
            try perform(
                """
                INSERT INTO connection_child (connection_id, kind, external_id, name, metadata, generation, seen_at)
                VALUES \(rows: piece.map(\.values))
                ON CONFLICT (connection_id, kind, external_id) DO UPDATE SET name = excluded.name,
                metadata = excluded.metadata, generation = excluded.generation, seen_at = excluded.seen_at
                """)
        }
    }
}

extension ConnectionChildRow {
    /// In the order of the columns.
    fileprivate var values: [StoredValue] {
        [
            connection.stored, kind.stored, identifier.stored, name.stored, AuditDetails.text(of: metadata).stored,
            generation.stored, seenAt.stored,
        ]
    }
}
