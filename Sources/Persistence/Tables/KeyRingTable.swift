package import Model

/// One version of one key of the key ring. What is sealed, only the master key opens.
package struct KeyRingRow: Sendable, Hashable {
    /// What the key is for.
    package let purpose: String
    /// Counts up from 1 for each purpose.
    package let version: Int
    package let sealed: [UInt8]
    package let createdAt: Instant
    /// From when on the newest version is what is made with.
    package let usedFrom: Instant
    /// Until when it is kept, nil for one in force or kept for good.
    package let retiresAt: Instant?

    package init(
        purpose: String, version: Int, sealed: [UInt8], createdAt: Instant, usedFrom: Instant, retiresAt: Instant?
    ) {
        self.purpose = purpose
        self.version = version
        self.sealed = sealed
        self.createdAt = createdAt
        self.usedFrom = usedFrom
        self.retiresAt = retiresAt
    }
}

extension Transaction {
    /// All keys, by purpose and version.
    package borrowing func keyRingRows() throws -> [KeyRingRow] {
        try all(
            """
            SELECT purpose, version, sealed, created_at, used_from, retires_at FROM key_ring ORDER BY purpose, version
            """
        ) { row in
            KeyRingRow(
                purpose: try row.text(0), version: try row.count(1), sealed: try row.bytes(2),
                createdAt: try row.instant(3), usedFrom: try row.instant(4), retiresAt: try row.optionalInstant(5))
        }
    }

    /// Adds a key.
    ///
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where there is that version of that purpose.
    package borrowing func insert(_ row: KeyRingRow) throws {
        try perform(
            """
            INSERT INTO key_ring (purpose, version, sealed, created_at, used_from, retires_at)
            VALUES (\(row.purpose), \(row.version), \(row.sealed), \(row.createdAt), \(row.usedFrom),
            \(row.retiresAt.stored))
            """)
    }

    /// Sets until when a key is kept.
    package borrowing func retire(keyRing purpose: String, version: Int, at retiresAt: Instant) throws {
        try perform(
            """
            UPDATE key_ring SET retires_at = \(retiresAt) WHERE purpose = \(purpose) AND version = \(version)
            """)
    }

    /// Puts what is sealed anew in the place of what there was, unless somebody else did.
    package borrowing func reseal(keyRing row: KeyRingRow, as sealed: [UInt8]) throws {
        try perform(
            """
            UPDATE key_ring SET sealed = \(sealed)
            WHERE purpose = \(row.purpose) AND version = \(row.version) AND sealed = \(row.sealed)
            """)
    }

    /// Removes at most `limit` keys that were kept until before `time`, and says how many.
    package borrowing func sweepKeyRing(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM key_ring WHERE (purpose, version) IN
            (SELECT purpose, version FROM key_ring WHERE retires_at < \(time) ORDER BY retires_at LIMIT \(limit))
            """)
    }
}
