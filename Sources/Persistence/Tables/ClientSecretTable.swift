package import CredentialFormat
package import Model
package import Policy

extension Transaction {
    /// The secrets of a client, oldest first; those that have ended too, until they are swept.
    package borrowing func clientSecrets(of client: ClientID) throws -> [ClientSecret] {
        try all(
            """
            SELECT id, client, digest, pepper, hint, created_at, expires_at, used_at, used_from, uses, quarantined_at
            FROM client_secret WHERE client = \(client.description) ORDER BY id
            """, ClientSecret.init(row:))
    }

    /// The secret of a client that has that digest, whether it still works, or is in quarantine, or not; nil where there is none.
    package borrowing func clientSecret(matching digest: SecretDigest) throws -> ClientSecret? {
        try first(
            """
            SELECT id, client, digest, pepper, hint, created_at, expires_at, used_at, used_from, uses, quarantined_at
            FROM client_secret
            WHERE (digest = \(digest.bytes) OR quarantined_digest = \(digest.bytes)) AND pepper = \(digest.pepperVersion)
            """, ClientSecret.init(row:))
    }

    /// Adds a secret to a client.
    ///
    /// - Parameter sealed: The secret itself, sealed, where it is kept.
    package borrowing func insert(_ secret: ClientSecret, sealed: [UInt8]? = nil) throws {
        try perform(
            """
            INSERT INTO client_secret (id, client, digest, pepper, hint, created_at, expires_at, sealed)
            VALUES (\(secret.id), \(secret.client.description), \(secret.digest.bytes), \(secret.digest.pepperVersion),
            \(secret.hint.text), \(secret.createdAt), \(secret.expiresAt.stored), \((sealed?.stored).stored))
            """)
    }

    /// The secret itself, sealed, nil where it is not kept.
    package borrowing func sealedSecret(_ id: ID<ClientSecret>) throws -> [UInt8]? {
        try first("SELECT sealed FROM client_secret WHERE id = \(id) AND sealed IS NOT NULL") { try $0.bytes(0) }
    }

    /// Destroys what is kept of at most `limit` secrets, and says of how many. They work on.
    package borrowing func destroySealedSecrets(limit: Int) throws -> Int {
        try execute(
            """
            UPDATE client_secret SET sealed = NULL WHERE id IN
            (SELECT id FROM client_secret WHERE sealed IS NOT NULL ORDER BY id LIMIT \(limit))
            """)
    }

    /// Sets when a secret ends, which is kept no longer.
    package borrowing func setExpiry(of id: ID<ClientSecret>, to expiresAt: Instant) throws {
        try perform("UPDATE client_secret SET expires_at = \(expiresAt), sealed = NULL WHERE id = \(id)")
    }

    /// Puts a secret into quarantine.
    ///
    /// - Parameter spare: What stands for it meanwhile, which no secret has.
    package borrowing func quarantine(_ id: ID<ClientSecret>, since now: Instant, behind spare: SecretDigest) throws {
        try perform(
            """
            UPDATE client_secret SET quarantined_digest = digest, digest = \(spare.bytes), quarantined_at = \(now)
            WHERE id = \(id) AND quarantined_at IS NULL
            """)
    }

    /// Ends the quarantine of a secret.
    package borrowing func release(_ id: ID<ClientSecret>) throws {
        try perform(
            """
            UPDATE client_secret SET digest = quarantined_digest, quarantined_digest = NULL, quarantined_at = NULL
            WHERE id = \(id) AND quarantined_digest IS NOT NULL
            """)
    }

    /// Ends a secret at once.
    package borrowing func deleteSecret(_ id: ID<ClientSecret>) throws {
        try perform("DELETE FROM client_secret WHERE id = \(id)")
    }

    /// Ends all secrets of a client.
    package borrowing func deleteSecrets(of client: ClientID) throws {
        try perform("DELETE FROM client_secret WHERE client = \(client.description)")
    }

    /// Counts uses of a secret and of the integration that has it, and notes when and from where the last of them was, unless a
    /// later one is known.
    package borrowing func recordUse(
        clientSecret id: ID<ClientSecret>, of client: ClientID, count: Int = 1, at: Instant, address: IPAddress?
    ) throws {
        switch client {
        case .integration(let id): try recordUse(integration: id, count: count, at: at, address: address)
        case .app, .resourceServer: break
        }
        try perform(
            """
            UPDATE client_secret SET uses = uses + \(count),
            used_from = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \((address?.description).stored) ELSE used_from END,
            used_at = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \(at) ELSE used_at END
            WHERE id = \(id)
            """)
    }

    /// Removes at most `limit` secrets that ended before `time`, and says how many.
    package borrowing func sweepClientSecrets(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM client_secret WHERE id IN
            (SELECT id FROM client_secret WHERE expires_at < \(time) ORDER BY expires_at LIMIT \(limit))
            """)
    }
}

extension ClientSecret {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), client: try row.parsed(1) { ClientID(parsing: $0) }, digest: try row.digest(2),
            hint: SecretHint(stored: try row.text(4)), createdAt: try row.instant(5),
            expiresAt: try row.optionalInstant(6), lastUse: try row.lastUse(7),
            quarantinedAt: try row.optionalInstant(10))
    }
}
