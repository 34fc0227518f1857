package import CredentialFormat

/// Which master keys a node was given.
package struct MasterKeyHolder: Sendable, Hashable {
    package let node: ID<Node>
    /// The names, the one of `master-key` first.
    package let masterKeys: [String]
    /// The name of the master key that was in force when the node last opened every key of the ring, empty where it did not.
    package let opened: String
    /// For how long it has not said so again, in milliseconds by the database's clock.
    package let silence: Int64

    package func has(_ masterKey: String) -> Bool { masterKeys.contains(masterKey) }
}

extension Transaction {
    /// Writes down which master keys a node was given, and that it is there now.
    ///
    /// - Parameter opened: The name of the one in force, if the whole ring opens.
    package borrowing func note(masterKeys names: [String], opened: String, of node: ID<Node>) throws {
        try perform(
            """
            INSERT INTO master_key_holder (node, master_keys, opened, seen_at)
            VALUES (\(node), \(names.joined(separator: " ")), \(opened), \(fixed: dialect.clock))
            ON CONFLICT (node) DO UPDATE
            SET master_keys = excluded.master_keys, opened = excluded.opened, seen_at = excluded.seen_at
            """)
    }

    /// All nodes that have said which they were given and not that they end, the oldest first.
    package borrowing func masterKeyHolders() throws -> [MasterKeyHolder] {
        try all(
            """
            SELECT node, master_keys, opened, \(fixed: dialect.clock) - seen_at FROM master_key_holder ORDER BY node
            """
        ) { row in
            MasterKeyHolder(
                node: try row.id(0), masterKeys: try row.text(1).split(separator: " ").map(String.init),
                opened: try row.text(2), silence: try row.integer(3))
        }
    }

    /// Forgets a node that ends.
    package borrowing func forgetMasterKeys(of node: ID<Node>) throws {
        try perform("DELETE FROM master_key_holder WHERE node = \(node)")
    }

    /// Forgets all other nodes than the one that owns the database.
    package borrowing func forgetMasterKeys(ofAllBut node: ID<Node>) throws {
        try perform("DELETE FROM master_key_holder WHERE node <> \(node)")
    }

    /// Removes at most `limit` nodes that have said nothing for `seconds`, and says how many.
    package borrowing func sweepMasterKeyHolders(olderThan seconds: Int, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM master_key_holder WHERE node IN
            (SELECT node FROM master_key_holder WHERE seen_at < \(fixed: dialect.clock) - \(seconds * 1000)
            ORDER BY seen_at LIMIT \(limit))
            """)
    }
}
