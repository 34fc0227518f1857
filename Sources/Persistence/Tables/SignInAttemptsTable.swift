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
        try signInAttempts(among: [bucket], at: now)[bucket]
    }

    /// The attempts counted in each of these buckets. Those that have none, or none that count at `now`, are left out.
    package borrowing func signInAttempts(
        among buckets: [[UInt8]], at now: Instant
    ) throws -> [[UInt8]: SignInAttempts] {
        var found: [[UInt8]: SignInAttempts] = [:]
        for part in parts(of: buckets) {
            let rows = try all(
                """
                SELECT bucket, failures, last_at FROM sign_in_attempts
                WHERE bucket IN (\(list: part)) AND expires_at > \(now)
                """
            ) { row in
                (try row.bytes(0), SignInAttempts(failures: try row.count(1), lastAt: try row.instant(2)))
            }
            for (bucket, attempts) in rows { found[bucket] = attempts }
        }
        return found
    }

    /// Writes what these buckets have counted: the same for all of them.
    package borrowing func setSignInAttempts(
        _ attempts: SignInAttempts, in buckets: [[UInt8]], until expiresAt: Instant
    ) throws {
        for part in parts(of: buckets) {
            var rows: BoundSQL = ""
            for bucket in part {
                let row: BoundSQL = "(\(bucket), \(attempts.failures), \(attempts.lastAt), \(expiresAt))"
                rows = rows.text.isEmpty ? row : "\(part: rows), \(part: row)"
            }
            try perform(
                """
                INSERT INTO sign_in_attempts (bucket, failures, last_at, expires_at) VALUES \(part: rows)
                ON CONFLICT (bucket) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
                expires_at = excluded.expires_at
                """)
        }
    }

    /// Counts one attempt less in each of these: it was none in vain.
    package borrowing func forgiveSignInAttempt(in buckets: [[UInt8]]) throws {
        for part in parts(of: buckets) {
            try perform(
                """
                UPDATE sign_in_attempts SET failures = failures - 1 WHERE bucket IN (\(list: part)) AND failures > 0
                """)
        }
    }

    /// Forgets what these buckets have counted.
    package borrowing func clearSignInAttempts(in buckets: [[UInt8]]) throws {
        for part in parts(of: buckets) {
            try perform("DELETE FROM sign_in_attempts WHERE bucket IN (\(list: part))")
        }
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

/// As many as one statement takes values for, in an order that all writers keep.
private func parts(of buckets: [[UInt8]]) -> [[[UInt8]]] {
    let ordered = buckets.sorted { $0.lexicographicallyPrecedes($1) }
    return stride(from: 0, to: ordered.count, by: 250).map { start in
        Array(ordered[start..<min(start + 250, ordered.count)])
    }
}
