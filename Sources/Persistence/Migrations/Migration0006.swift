extension Migration {
    /// What all nodes have in common: one row.
    static let migration0006 = Migration(
        number: 6, name: "installation",
        sqlite: """
            CREATE TABLE installation (
                id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
                issuer TEXT NOT NULL,
                brand TEXT NOT NULL,
                definition TEXT NOT NULL,
                changed_at INTEGER NOT NULL
            ) STRICT;
            """,
        postgres: """
            CREATE TABLE installation (
                id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
                issuer TEXT COLLATE "C" NOT NULL,
                brand TEXT COLLATE "C" NOT NULL,
                definition TEXT COLLATE "C" NOT NULL,
                changed_at BIGINT NOT NULL
            );
            """
    )
}
