extension Migration {
    /// Work that nodes share: who has a lease on which piece, and which batches of uses were written down. And the uses
    /// of an API key's secret before its last rotation, apart from those of the secret in force.
    static let migration0002 = Migration(
        number: 2, name: "shared work, and uses of both secrets of a key",
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

            ALTER TABLE api_key ADD COLUMN previous_used_at INTEGER;
            ALTER TABLE api_key ADD COLUMN previous_used_from TEXT;
            ALTER TABLE api_key ADD COLUMN previous_uses INTEGER NOT NULL DEFAULT 0;
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

            ALTER TABLE api_key ADD COLUMN previous_used_at BIGINT;
            ALTER TABLE api_key ADD COLUMN previous_used_from TEXT COLLATE "C";
            ALTER TABLE api_key ADD COLUMN previous_uses BIGINT NOT NULL DEFAULT 0;
            """
    )
}
