package import Model

/// The first reply to a request with an `Idempotency-Key`, sealed, to be sent again.
package struct IdempotentReply: Sendable, Hashable {
    /// What tells the request from another one under the same key.
    package let requestDigest: [UInt8]
    package let sealed: [UInt8]
    package let createdAt: Instant

    package init(requestDigest: [UInt8], sealed: [UInt8], createdAt: Instant) {
        self.requestDigest = requestDigest
        self.sealed = sealed
        self.createdAt = createdAt
    }
}

extension Transaction {
    /// The reply that was given to an actor under a key, unless that was before `oldest`.
    package borrowing func idempotentReply(
        actor: String, key: String, notBefore oldest: Instant
    ) throws -> IdempotentReply? {
        try first(
            """
            SELECT request_digest, sealed, created_at FROM idempotent_reply
            WHERE actor = \(actor) AND key = \(key) AND created_at >= \(oldest)
            """
        ) { row in
            IdempotentReply(
                requestDigest: try row.bytes(0), sealed: try row.bytes(1), createdAt: try row.instant(2))
        }
    }

    /// Keeps a reply, in the place of one that is too old to be sent again. The caller has looked for a younger one in
    /// the same transaction.
    package borrowing func keep(_ reply: IdempotentReply, actor: String, key: String) throws {
        try perform(
            """
            INSERT INTO idempotent_reply (actor, key, request_digest, sealed, created_at)
            VALUES (\(actor), \(key), \(reply.requestDigest), \(reply.sealed), \(reply.createdAt))
            ON CONFLICT (actor, key) DO UPDATE SET request_digest = excluded.request_digest, sealed = excluded.sealed,
            created_at = excluded.created_at
            """)
    }

    /// Removes at most `limit` replies given before `time`, and says how many.
    package borrowing func sweepIdempotentReplies(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM idempotent_reply WHERE (actor, key) IN
            (SELECT actor, key FROM idempotent_reply WHERE created_at < \(time) ORDER BY created_at LIMIT \(limit))
            """)
    }
}
