package import Model

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

    /// The names of all master keys that were ever given to a node and not forgotten.
    package borrowing func masterKeys() throws -> [String] {
        try all("SELECT id FROM master_key ORDER BY id") { try $0.text(0) }
    }

    /// Forgets a master key that wraps nothing.
    package borrowing func forget(masterKey name: String) throws {
        try perform("DELETE FROM master_key WHERE id = \(name)")
    }
}
