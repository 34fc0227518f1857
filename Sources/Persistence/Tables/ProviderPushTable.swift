package import Model

extension Transaction {
    /// Whether what a provider pushed was noted.
    ///
    /// - Parameter digest: A keyed fingerprint of its identifier.
    package borrowing func hasPush(_ digest: [UInt8]) throws -> Bool {
        try first("SELECT 1 FROM provider_push WHERE digest = \(digest)") { _ in true } ?? false
    }

    /// Notes what a provider pushed. It may have been noted before.
    package borrowing func notePush(_ digest: [UInt8], at now: Instant) throws {
        try perform(
            """
            INSERT INTO provider_push (digest, seen_at) VALUES (\(digest), \(now)) ON CONFLICT (digest) DO NOTHING
            """)
    }

    /// Removes at most `limit` that were noted before `time`, and says how many.
    package borrowing func sweepProviderPushes(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM provider_push WHERE digest IN
            (SELECT digest FROM provider_push WHERE seen_at < \(time) ORDER BY seen_at LIMIT \(limit))
            """)
    }
}
