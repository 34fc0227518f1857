package import CredentialFormat

extension Transaction {
    /// Notes that a node writes down its batch of uses of this number, with this transaction. Numbers count up.
    ///
    /// - Returns: False if it has written it down before, as it may not have learned.
    package borrowing func noteBatch(_ number: Int, of node: ID<Node>) throws -> Bool {
        try execute(
            """
            INSERT INTO usage_receipt (node, number, at) VALUES (\(node), \(number), \(fixed: dialect.clock))
            ON CONFLICT (node) DO UPDATE SET number = excluded.number, at = excluded.at
            WHERE usage_receipt.number < excluded.number
            """) == 1
    }

    /// Removes at most `limit` receipts of nodes that have written nothing down for `seconds`, and says how many.
    package borrowing func sweepUsageReceipts(olderThan seconds: Int, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM usage_receipt WHERE node IN
            (SELECT node FROM usage_receipt WHERE at < \(fixed: dialect.clock) - \(seconds * 1000) ORDER BY at LIMIT \(limit))
            """)
    }
}
