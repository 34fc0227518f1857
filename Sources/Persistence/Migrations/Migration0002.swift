extension Migration {
    /// Work that nodes share: who has a lease on which piece, and which batches of uses were written down.
    static let migration0002 = Migration(
        number: 2, name: "shared work",
        sqlite: """
            CREATE TABLE lease (
                name TEXT NOT NULL PRIMARY KEY,
                holder BLOB NOT NULL,
                fence INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE usage_receipt (
                node BLOB NOT NULL PRIMARY KEY,
                number INTEGER NOT NULL,
                at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        postgres: """
            CREATE TABLE lease (
                name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
                holder BYTEA NOT NULL,
                fence BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            );

            CREATE TABLE usage_receipt (
                node BYTEA NOT NULL PRIMARY KEY,
                number BIGINT NOT NULL,
                at BIGINT NOT NULL
            );
            """
    )
}
