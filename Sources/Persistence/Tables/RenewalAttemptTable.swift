package import CredentialFormat
package import Model

private let columns: StaticString = """
    id, connection_id, generation, fence, token_fingerprint, state, started_at, ended_at, error_code
    """

extension Transaction {
    /// Writes down that a token is about to be spent, by whoever has the lease.
    ///
    /// - Returns: False where somebody else has it by now; then nothing was written.
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where another one is under way.
    package borrowing func insert(_ attempt: RenewalAttempt, under lease: ConnectionLease) throws -> Bool {
        try !insert([(attempt, lease)]).isEmpty
    }

    /// Writes down that tokens are about to be spent, each by whoever has its lease.
    ///
    /// - Returns: What was written. The rest is missing where somebody else has the lease by now.
    /// - Throws: As for one. Then nothing was written of any.
    package borrowing func insert(
        _ attempts: [(attempt: RenewalAttempt, lease: ConnectionLease)]
    ) throws -> Set<ID<RenewalAttempt>> {
        var written: Set<ID<RenewalAttempt>> = []
        try BoundSQL.inPieces(attempts) { piece in
            let questions = piece.map { attempt, lease -> BoundSQL in
                // PostgreSQL is told no type of an absent value, and in a SELECT it finds none.
                let fingerprint: BoundSQL = attempt.tokenFingerprint.map { "\($0)" } ?? "CAST(NULL AS BYTEA)"
                return """
                    SELECT \(attempt.id), id, \(attempt.generation), fence, \(part: fingerprint), \(attempt.state.rawValue),
                    \(attempt.startedAt)
                    FROM connection
                    WHERE id = \(lease.connection.id) AND lease_owner = \(lease.holder) AND fence = \(lease.fence)
                    """
            }
            written.formUnion(
                try all(
                    """
                    INSERT INTO renewal_attempt (id, connection_id, generation, fence, token_fingerprint, state, started_at)
                    \(part: .united(questions)) RETURNING id
                    """
                ) { try $0.id(0) })
        }
        return written
    }

    /// The newest attempts of a connection, newest first.
    ///
    /// - Parameter after: Older than this one, nil for all.
    package borrowing func renewalAttempts(
        of id: ID<Connection>, after: ID<RenewalAttempt>? = nil, limit: Int
    ) throws -> [RenewalAttempt] {
        try all(
            """
            SELECT \(fixed: columns) FROM renewal_attempt WHERE connection_id = \(id) AND id < \(after ?? .last)
            ORDER BY id DESC LIMIT \(limit)
            """, RenewalAttempt.init(row:))
    }

    /// The newest attempts of each of some connections, in any order. Never empty.
    package borrowing func renewalAttempts(of connections: [ID<Connection>], limit: Int) throws -> [RenewalAttempt] {
        try all(
            .united(
                connections.map { id in
                    """
                    SELECT * FROM (SELECT \(fixed: columns) FROM renewal_attempt WHERE connection_id = \(id)
                    ORDER BY id DESC LIMIT \(limit)) AS r
                    """
                }), RenewalAttempt.init(row:))
    }

    /// Writes down what became of an attempt.
    package borrowing func end(
        _ id: ID<RenewalAttempt>, as state: RenewalAttempt.State, code: String?, at now: Instant
    ) throws {
        try perform(
            """
            UPDATE renewal_attempt SET state = \(state.rawValue), error_code = \(code.stored), ended_at = \(now)
            WHERE id = \(id)
            """)
    }

    /// Writes down what became of some attempts, of all the same.
    package borrowing func end(_ ids: [ID<RenewalAttempt>], as state: RenewalAttempt.State, at now: Instant) throws {
        try BoundSQL.inPieces(ids) { piece in
            try perform(
                """
                UPDATE renewal_attempt SET state = \(state.rawValue), error_code = NULL, ended_at = \(now)
                WHERE id IN (\(list: piece))
                """)
        }
    }

    /// Removes at most `limit` attempts from before `time` that are not under way, and says how many.
    package borrowing func sweepRenewalAttempts(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM renewal_attempt WHERE id IN
            (SELECT id FROM renewal_attempt
            WHERE id < \(ID<RenewalAttempt>.first(at: time)) AND state <> 'sent' ORDER BY id LIMIT \(limit))
            """)
    }
}

extension RenewalAttempt {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), connection: try row.id(1), generation: try row.count(2), fence: try row.count(3),
            tokenFingerprint: row.isNull(4) ? nil : try row.bytes(4),
            state: try row.parsed(5, State.init(rawValue:)), startedAt: try row.instant(6),
            endedAt: try row.optionalInstant(7), errorCode: try row.optionalText(8))
    }
}
