extension Migration {
    /// Of a grant, when a spent token of it last came back, and whether its successor had been used.
    static let migration0005 = Migration(
        number: 5, name: "reuse of tokens",
        sqlite: """
            ALTER TABLE user_grant ADD COLUMN reuse_at INTEGER;
            ALTER TABLE user_grant ADD COLUMN reuse_successor_used INTEGER;
            """,
        postgres: """
            ALTER TABLE user_grant ADD COLUMN reuse_at BIGINT;
            ALTER TABLE user_grant ADD COLUMN reuse_successor_used BIGINT;
            """
    )
}
