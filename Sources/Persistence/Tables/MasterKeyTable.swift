package import Model

/// A master key that a node was given once, by its name.
package struct MasterKeyRow: Sendable, Hashable {
    package let name: String
    /// From when on it is, or was, what seals; nil for one that never was.
    package let inForceFrom: Instant?
}

extension Transaction {
    /// What was sealed under the master key of that name to know it again, nil for one that was never seen.
    package borrowing func canary(ofMasterKey name: String) throws -> [UInt8]? {
        try first("SELECT canary FROM master_key WHERE id = \(name)") { try $0.bytes(0) }
    }

    /// Writes down a master key that was seen for the first time, unless another node did.
    package borrowing func insert(masterKey name: String, canary: [UInt8], at now: Instant) throws {
        try perform(
            """
            INSERT INTO master_key (id, canary, first_seen_at) VALUES (\(name), \(canary), \(now))
            ON CONFLICT (id) DO NOTHING
            """)
    }

    /// All master keys that were ever given to a node and not forgotten, by name.
    package borrowing func masterKeys() throws -> [MasterKeyRow] {
        try all("SELECT id, in_force_from FROM master_key ORDER BY id") { row in
            MasterKeyRow(name: try row.text(0), inForceFrom: try row.optionalInstant(1))
        }
    }

    /// The name of the master key that seals, nil where it was not written down yet.
    package borrowing func masterKeyInForce() throws -> String? {
        try first(
            """
            SELECT id FROM master_key WHERE in_force_from IS NOT NULL ORDER BY in_force_from DESC LIMIT 1
            """
        ) { try $0.text(0) }
    }

    /// Has a master key that was written down be the one that seals, from a moment that is later than that of any other.
    package borrowing func putInForce(masterKey name: String, from time: Instant) throws {
        try perform("UPDATE master_key SET in_force_from = \(time) WHERE id = \(name)", changing: 1)
    }

    /// Forgets a master key that wraps nothing.
    package borrowing func forget(masterKey name: String) throws {
        try perform("DELETE FROM master_key WHERE id = \(name)")
    }
}
