package import CredentialFormat
package import Model

extension Transaction {
    /// Whether a key with that digest was ever imported, be it there still or not.
    package borrowing func wasImported(_ digest: SecretDigest) throws -> Bool {
        try first("SELECT 1 FROM imported_hash WHERE digest = \(digest.bytes)") { _ in true } ?? false
    }

    /// Notes that a key is imported. One with that digest may have been before.
    package borrowing func noteImport(_ digest: SecretDigest, at now: Instant) throws {
        try perform(
            """
            INSERT INTO imported_hash (digest, imported_at) VALUES (\(digest.bytes), \(now))
            ON CONFLICT (digest) DO UPDATE SET imported_at = excluded.imported_at
            """)
    }
}
