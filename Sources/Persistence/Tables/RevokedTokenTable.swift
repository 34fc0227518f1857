package import CredentialFormat
package import Model

extension Transaction {
    /// The access tokens that were revoked and have not expired at `now`, with when they do. All of them: a node keeps
    /// them in memory, and the limit for each client bounds their number.
    package borrowing func revokedTokens(liveAt now: Instant) throws -> [(ID<AccessToken>, Instant)] {
        try all("SELECT id, expires_at FROM revoked_token WHERE expires_at > \(now) ORDER BY expires_at") { row in
            (try row.id(0), try row.instant(1))
        }
    }

    /// Whether a token was revoked, and is still kept for it.
    package borrowing func isRevoked(_ id: ID<AccessToken>) throws -> Bool {
        try first("SELECT 1 AS one FROM revoked_token WHERE id = \(id)") { try $0.count(0) } != nil
    }

    /// Notes that a token is revoked. Once more changes nothing.
    package borrowing func insertRevokedToken(
        _ id: ID<AccessToken>, client: ClientID, expiresAt: Instant
    ) throws {
        try perform(
            """
            INSERT INTO revoked_token (id, client_id, expires_at) VALUES (\(id), \(client.storedBytes), \(expiresAt))
            ON CONFLICT (id) DO NOTHING
            """)
    }

    /// How many revoked tokens of a client have not expired at `now`, counted up to `limit`.
    package borrowing func revokedTokenCount(
        client: ClientID, liveAt now: Instant, upTo limit: Int = .max
    ) throws -> Int {
        try first(
            """
            SELECT count(*) FROM (SELECT 1 AS one FROM revoked_token
            WHERE client_id = \(client.storedBytes) AND expires_at > \(now) LIMIT \(limit)) AS live
            """
        ) { try $0.count(0) } ?? 0
    }

    /// Removes at most `limit` revoked tokens that expired before `time`, and says how many.
    package borrowing func sweepRevokedTokens(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM revoked_token WHERE id IN
            (SELECT id FROM revoked_token WHERE expires_at < \(time) ORDER BY expires_at LIMIT \(limit))
            """)
    }
}
