extension Migration {
    /// What was used of rate limits: of those that a restart must not forget, and among several nodes of all, which they take from before
    /// they let calls through.
    static let migration0029 = Migration(
        number: 29, name: "rate limits", servedFrom: 26,
        sqlite: """
            CREATE TABLE rate_count (
                holder BLOB NOT NULL,
                rate_limit INTEGER NOT NULL,
                root BLOB NOT NULL,
                mark INTEGER NOT NULL,
                used INTEGER NOT NULL,
                idle_at INTEGER NOT NULL,
                PRIMARY KEY (holder, rate_limit)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX rate_count_idle_at ON rate_count (idle_at);
            """,
        postgres: """
            CREATE TABLE rate_count (
                holder BYTEA NOT NULL,
                rate_limit BIGINT NOT NULL,
                root BYTEA NOT NULL,
                mark BIGINT NOT NULL,
                used BIGINT NOT NULL,
                idle_at BIGINT NOT NULL,
                PRIMARY KEY (holder, rate_limit)
            );
            CREATE INDEX rate_count_idle_at ON rate_count (idle_at);
            """
    )
}
