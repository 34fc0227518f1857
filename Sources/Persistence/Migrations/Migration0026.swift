extension Migration {
    /// Smaller indexes for what a connection has at rest. Columns stay as they are, so a node of the version before goes on.
    ///
    /// No index keeps a few rows in order, such as an organization's connections, and the path of an organization is asked of itself.
    /// Data keys are looked up by their holder alone. That a promise has one open line is held by the connection's lease and generation.
    static let migration0026 = Migration(
        number: 26, name: "connections at rest",
        sqlite: """
            \(connectionIndexes)
            DROP INDEX connection_promise_open;
            DROP INDEX connection_event_undelivered;
            ALTER TABLE data_key RENAME TO data_key_before;
            CREATE TABLE data_key (
                id BLOB NOT NULL,
                organization_id BLOB NOT NULL,
                holder TEXT NOT NULL,
                wrapped BLOB NOT NULL,
                created_at INTEGER NOT NULL,
                PRIMARY KEY (holder, id)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO data_key (id, organization_id, holder, wrapped, created_at)
            SELECT id, organization_id, holder, wrapped, created_at FROM data_key_before ORDER BY holder, id;
            DROP TABLE data_key_before;
            """,
        postgresParts: [
            connectionIndexes,
            "DROP INDEX IF EXISTS connection_promise_open;",
            "DROP INDEX IF EXISTS connection_event_undelivered;",
            """
            DROP INDEX data_key_holder;
            DROP INDEX data_key_organization;
            ALTER TABLE data_key DROP CONSTRAINT data_key_pkey, ADD PRIMARY KEY (holder, id);
            """,
        ]
    )

    private static let connectionIndexes = """
        DROP INDEX IF EXISTS connection_path;
        DROP INDEX IF EXISTS connection_organization;
        DROP INDEX IF EXISTS connection_due;
        DROP INDEX IF EXISTS connection_account;
        CREATE INDEX connection_organization ON connection (organization_id);
        CREATE INDEX connection_due ON connection (provider, next_renewal_at) WHERE next_renewal_at IS NOT NULL;
        CREATE INDEX connection_account ON connection (account_fingerprint) WHERE account_fingerprint IS NOT NULL;
        """
}
