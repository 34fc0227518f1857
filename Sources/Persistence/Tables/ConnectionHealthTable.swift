package import CredentialFormat
package import Model

private let columns: StaticString = "connection_id, next_at, proven_at, failed_at, error_code, verdict"

/// A connection whose probe is due.
package struct DueProbe: Hashable, Sendable {
    package let connection: ID<Connection>
    package let provider: String
}

extension Transaction {
    /// What the probes of a connection found out, nil where there were none and are to be none.
    package borrowing func health(of id: ID<Connection>) throws -> ConnectionHealth? {
        try first(
            "SELECT \(fixed: columns) FROM connection_health WHERE connection_id = \(id)", ConnectionHealth.init(row:))
    }

    /// The same of some connections, where there is any.
    package borrowing func health(of connections: [ID<Connection>]) throws -> [ID<Connection>: ConnectionHealth] {
        var found: [ID<Connection>: ConnectionHealth] = [:]
        try BoundSQL.inPieces(connections) { piece in
            let rows = try all(
                "SELECT \(fixed: columns) FROM connection_health WHERE connection_id IN (\(list: piece))",
                ConnectionHealth.init(row:))
            for health in rows { found[health.connection] = health }
        }
        return found
    }

    /// Writes it down, in the place of what was there.
    package borrowing func put(_ health: ConnectionHealth) throws {
        try perform(
            """
            INSERT INTO connection_health (\(fixed: columns))
            VALUES (\(health.connection), \(health.nextAt.stored), \(health.provenAt.stored), \(health.failedAt.stored),
            \(health.errorCode.stored), \((health.verdict?.rawValue).stored))
            ON CONFLICT (connection_id) DO UPDATE SET next_at = excluded.next_at, proven_at = excluded.proven_at,
            failed_at = excluded.failed_at, error_code = excluded.error_code, verdict = excluded.verdict
            """)
    }

    /// Whether a probe is due.
    package borrowing func hasDueProbes(at now: Instant) throws -> Bool {
        try first("SELECT 1 FROM connection_health WHERE next_at <= \(now) LIMIT 1") { _ in true } ?? false
    }

    /// Claims connections whose probe is due: nobody else is given them before `again`, when they are due once more should nothing
    /// come of it. Two probes of one connection would do no harm.
    package borrowing func claimDueProbes(
        at now: Instant, again: Instant, limit: Int
    ) throws -> [DueProbe] {
        try all(
            """
            WITH due AS MATERIALIZED (
            SELECT connection_id AS id FROM connection_health WHERE next_at <= \(now) ORDER BY next_at LIMIT \(limit)
            \(fixed: dialect.skippingLocked))
            UPDATE connection_health SET next_at = \(again) WHERE connection_id IN (SELECT id FROM due)
            RETURNING connection_id, (SELECT provider FROM connection WHERE id = connection_id)
            """
        ) { row in DueProbe(connection: try row.id(0), provider: try row.optionalText(1) ?? "") }
    }

    /// Removes what is known of a connection's health, and with it all further probes.
    package borrowing func deleteHealth(of id: ID<Connection>) throws {
        try perform("DELETE FROM connection_health WHERE connection_id = \(id)")
    }
}

extension ConnectionHealth {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            connection: try row.id(0), nextAt: try row.optionalInstant(1), provenAt: try row.optionalInstant(2),
            failedAt: try row.optionalInstant(3), errorCode: try row.optionalText(4),
            verdict: try row.optional(5) { row, column throws(StoreError) in
                try row.parsed(column, ConnectionStatus.init(rawValue:))
            })
    }
}
