extension Migration {
    /// From which networks a member has signed in.
    static let migration0009 = Migration(
        number: 9, name: "networks of members",
        sqlite: """
            CREATE TABLE member_network (
                member_id BLOB NOT NULL REFERENCES member (id) ON DELETE CASCADE,
                network BLOB NOT NULL,
                seen_at INTEGER NOT NULL,
                PRIMARY KEY (member_id, network)
            ) STRICT, WITHOUT ROWID;
            """,
        postgres: """
            CREATE TABLE member_network (
                member_id BYTEA NOT NULL REFERENCES member (id) ON DELETE CASCADE,
                network BYTEA NOT NULL,
                seen_at BIGINT NOT NULL,
                PRIMARY KEY (member_id, network)
            );
            """
    )
}
