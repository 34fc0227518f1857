package import Model

extension Transaction {
    /// Notes what a provider pushed.
    ///
    /// - Parameter digest: A keyed fingerprint of its identifier.
    /// - Returns: False where it was noted before.
    package borrowing func notePush(_ digest: [UInt8], at now: Instant) throws -> Bool {
        try execute(
            """
            INSERT INTO provider_push (digest, seen_at) VALUES (\(digest), \(now)) ON CONFLICT (digest) DO NOTHING
            """) == 1
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
