package import Model

/// How often it was tried in vain to sign in, by one measure, such as a member or an address.
package struct SignInAttempts: Sendable, Hashable {
    package let failures: Int
    package let lastAt: Instant

    package init(failures: Int, lastAt: Instant) {
        self.failures = failures
        self.lastAt = lastAt
    }
}

extension Transaction {
    /// The attempts counted in a bucket, nil for none or where they are too long ago to count at `now`.
    package borrowing func signInAttempts(_ bucket: [UInt8], at now: Instant) throws -> SignInAttempts? {
        try first(
            """
            SELECT failures, last_at FROM sign_in_attempts WHERE bucket = \(bucket) AND expires_at > \(now)
            """
        ) { row in SignInAttempts(failures: try row.count(0), lastAt: try row.instant(1)) }
    }

    /// Writes what a bucket has counted.
    package borrowing func setSignInAttempts(
        _ attempts: SignInAttempts, in bucket: [UInt8], until expiresAt: Instant
    ) throws {
        try perform(
            """
            INSERT INTO sign_in_attempts (bucket, failures, last_at, expires_at)
            VALUES (\(bucket), \(attempts.failures), \(attempts.lastAt), \(expiresAt))
            ON CONFLICT (bucket) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
            expires_at = excluded.expires_at
            """)
    }

    /// Counts one attempt less: it was none in vain.
    package borrowing func forgiveSignInAttempt(in bucket: [UInt8]) throws {
        try perform("UPDATE sign_in_attempts SET failures = failures - 1 WHERE bucket = \(bucket) AND failures > 0")
    }

    /// Forgets what a bucket has counted.
    package borrowing func clearSignInAttempts(in bucket: [UInt8]) throws {
        try perform("DELETE FROM sign_in_attempts WHERE bucket = \(bucket)")
    }

    /// Removes at most `limit` buckets that count no more at `time`, and says how many.
    package borrowing func sweepSignInAttempts(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM sign_in_attempts WHERE bucket IN
            (SELECT bucket FROM sign_in_attempts WHERE expires_at < \(time) ORDER BY expires_at LIMIT \(limit))
            """)
    }
}
