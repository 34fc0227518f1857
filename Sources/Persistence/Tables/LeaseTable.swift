package import CredentialFormat
package import Model

extension Transaction {
    /// Whether a node could claim a lease now. A look that neither writes nor waits.
    package borrowing func isFree(_ name: Lease.Name, for node: ID<Node>) throws -> Bool {
        try first(
            """
            SELECT 1 FROM lease WHERE name = \(name.rawValue) AND expires_at > \(fixed: dialect.clock) AND holder <> \(node)
            """
        ) { _ in false } ?? true
    }

    /// Gives a node a lease for `seconds`, if nobody has it or the node itself, whose lease before is lost by that.
    ///
    /// - Returns: Nil where another node has it.
    package borrowing func claim(_ name: Lease.Name, by node: ID<Node>, seconds: Int) throws -> Lease? {
        try first(
            """
            INSERT INTO lease (name, holder, fence, expires_at)
            VALUES (\(name.rawValue), \(node), 1, \(fixed: dialect.clock) + \(seconds * 1000))
            ON CONFLICT (name) DO UPDATE
            SET holder = excluded.holder, fence = lease.fence + 1, expires_at = excluded.expires_at
            WHERE lease.expires_at <= \(fixed: dialect.clock) OR lease.holder = excluded.holder
            RETURNING fence
            """
        ) { Lease(name, holder: node, fence: try $0.count(0)) }
    }

    /// Makes certain that the lease is still had, and keeps it for another `seconds`. Stands at the beginning of each
    /// transaction of shared work: from here to the commit its row is this transaction's, so nobody else can have it
    /// before the work is either there or undone.
    ///
    /// - Throws: ``LeaseLost``.
    package borrowing func hold(_ lease: Lease, seconds: Int) throws {
        let rows = try execute(
            """
            UPDATE lease SET expires_at = \(fixed: dialect.clock) + \(seconds * 1000)
            WHERE name = \(lease.name.rawValue) AND holder = \(lease.holder) AND fence = \(lease.fence)
            AND expires_at > \(fixed: dialect.clock)
            """)
        guard rows == 1 else { throw LeaseLost(name: lease.name) }
    }

    /// Gives a lease back, unless it is lost already. Its row stays, so that fences count on.
    package borrowing func release(_ lease: Lease) throws {
        try perform(
            """
            UPDATE lease SET expires_at = 0
            WHERE name = \(lease.name.rawValue) AND holder = \(lease.holder) AND fence = \(lease.fence)
            """)
    }
}

extension Transaction {
    /// What the database's own clock shows.
    package borrowing func databaseTime() throws -> Instant {
        guard let time = try first("SELECT \(fixed: dialect.clock)", { try $0.instant(0) }) else {
            throw StoreError.unreadable("the clock")
        }
        return time
    }
}
