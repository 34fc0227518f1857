package import CredentialFormat
package import Model

/// What was used of one rate limit by one holder. What the numbers mean the limit says.
package struct RateCount: Sendable, Hashable {
    /// A credential, an organization or an account.
    package let holder: ID<AnyEntity>
    /// The limit's name as a number.
    package let limit: Int64
    /// The account of the holder.
    package let account: ID<Organization>
    package let mark: Int64
    package let used: Int64
    /// From when on it says nothing any more.
    package let idleAt: Instant

    package init(
        holder: ID<AnyEntity>, limit: Int64, account: ID<Organization>, mark: Int64, used: Int64, idleAt: Instant
    ) {
        self.holder = holder
        self.limit = limit
        self.account = account
        self.mark = mark
        self.used = used
        self.idleAt = idleAt
    }
}

extension Transaction {
    /// All counts of these holders.
    package borrowing func rateCounts(of holders: [ID<AnyEntity>]) throws -> [RateCount] {
        var found: [RateCount] = []
        try BoundSQL.inPieces(holders, of: 64) { piece in
            found += try all(
                """
                SELECT holder, rate_limit, root, mark, used, idle_at FROM rate_count WHERE holder IN (\(anyOf: piece))
                """, RateCount.init(row:))
        }
        return found
    }

    /// The counts that say something at `time`, `limit` at most.
    package borrowing func rateCounts(liveAt time: Instant, limit: Int) throws -> [RateCount] {
        try all(
            """
            SELECT holder, rate_limit, root, mark, used, idle_at FROM rate_count WHERE idle_at > \(time)
            ORDER BY idle_at LIMIT \(limit)
            """, RateCount.init(row:))
    }

    /// Writes counts down in place of those that are there.
    package borrowing func put(_ counts: [RateCount]) throws {
        try BoundSQL.inPieces(counts, of: 64) { piece in
            try perform(
                """
                INSERT INTO rate_count (holder, rate_limit, root, mark, used, idle_at) VALUES \(rows: piece.map(\.values))
                ON CONFLICT (holder, rate_limit) DO UPDATE SET mark = excluded.mark, used = excluded.used,
                idle_at = excluded.idle_at
                """)
        }
    }

    /// Removes at most `limit` counts that say nothing any more since `time`, and says how many.
    package borrowing func sweepRateCounts(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM rate_count WHERE (holder, rate_limit) IN
            (SELECT holder, rate_limit FROM rate_count WHERE idle_at < \(time) ORDER BY idle_at LIMIT \(limit))
            """)
    }
}

extension RateCount {
    /// In the order of the insertion.
    fileprivate var values: [StoredValue] {
        [holder.stored, limit.stored, account.stored, mark.stored, used.stored, idleAt.stored]
    }

    init(row: StoredRow) throws(StoreError) {
        self.init(
            holder: try row.id(0), limit: try row.integer(1), account: try row.id(2), mark: try row.integer(3),
            used: try row.integer(4), idleAt: try row.instant(5))
    }
}
