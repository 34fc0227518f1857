extension Migration {
    /// What providers pushed and must be taken in once, and an index by which connections are counted.
    static let migration0023 = Migration(
        number: 23, name: "pushes of providers",
        sqlite: """
            CREATE TABLE provider_push (
                digest BLOB NOT NULL PRIMARY KEY,
                seen_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX provider_push_age ON provider_push (seen_at);
            CREATE INDEX connection_status ON connection (provider, status);
            """,
        postgres: """
            CREATE TABLE provider_push (
                digest BYTEA NOT NULL PRIMARY KEY,
                seen_at BIGINT NOT NULL
            );
            CREATE INDEX provider_push_age ON provider_push (seen_at);
            CREATE INDEX connection_status ON connection (provider, status);
            """
    )
}
