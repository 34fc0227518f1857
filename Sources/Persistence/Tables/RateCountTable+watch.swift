package import CredentialFormat

extension Transaction {
    /// Counts of all accounts, in the order of their holders and limits.
    ///
    /// - Parameter after: Behind this one, nil for all.
    package borrowing func rateCounts(
        after: (holder: ID<AnyEntity>, limit: Int64)?, limit: Int
    ) throws -> [RateCount] {
        let (holder, name) = (after?.holder ?? ID(value: 0), after?.limit ?? .min)
        return try all(
            """
            SELECT holder, rate_limit, root, mark, used, idle_at FROM rate_count
            WHERE (holder, rate_limit) > (\(holder), \(name)) ORDER BY holder, rate_limit LIMIT \(limit)
            """, RateCount.init(row:))
    }
}
