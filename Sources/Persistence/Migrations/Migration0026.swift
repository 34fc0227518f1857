extension Migration {
    /// Smaller indexes for what a connection has at rest. Columns stay as they are, so a node of the version before goes on.
    ///
    /// No index keeps a few rows in order, such as an organization's connections, and the path of an organization is asked of itself.
    /// Data keys are looked up by their holder alone. That a promise has one open line is held by the connection's lease and generation.
    static let migration0026 = Migration(
        number: 26, name: "connections at rest",
        sqlite: """
            DROP INDEX connection_path;
            DROP INDEX connection_organization;
            DROP INDEX connection_due;
            DROP INDEX connection_account;
            CREATE INDEX connection_organization ON connection (organization_id);
            CREATE INDEX connection_due ON connection (provider, next_renewal_at) WHERE next_renewal_at IS NOT NULL;
            CREATE INDEX connection_account ON connection (account_fingerprint) WHERE account_fingerprint IS NOT NULL;
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
        postgresParts: ["DROP INDEX IF EXISTS connection_path;"]
            + indexes.flatMap { index in
                [
                    "CREATE INDEX IF NOT EXISTS \(index.name)_next ON connection \(index.place);",
                    """
                    DROP INDEX IF EXISTS \(index.name);
                    ALTER INDEX \(index.name)_next RENAME TO \(index.name);
                    """,
                ]
            } + [
                "DROP INDEX IF EXISTS connection_promise_open;",
                "DROP INDEX IF EXISTS connection_event_undelivered;",
                """
                DROP INDEX data_key_holder;
                DROP INDEX data_key_organization;
                ALTER TABLE data_key DROP CONSTRAINT data_key_pkey, ADD PRIMARY KEY (holder, id);
                """,
            ]
    )

    /// On PostgreSQL each is built beside the one before and then put in its place: nodes go on reading meanwhile, and wait to write for
    /// no more than one of them.
    private static let indexes = [
        (name: "connection_organization", place: "(organization_id)"),
        (name: "connection_due", place: "(provider, next_renewal_at) WHERE next_renewal_at IS NOT NULL"),
        (name: "connection_account", place: "(account_fingerprint) WHERE account_fingerprint IS NOT NULL"),
    ]
}
