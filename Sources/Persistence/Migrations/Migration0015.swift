extension Migration {
    /// Client secrets that are kept, sealed, to be looked at again; how many an integration has had; and who looked.
    static let migration0015 = Migration(
        number: 15, name: "kept secrets",
        sqlite: """
            ALTER TABLE client_secret ADD COLUMN sealed BLOB;
            CREATE INDEX client_secret_sealed ON client_secret (id) WHERE sealed IS NOT NULL;
            ALTER TABLE integration ADD COLUMN secret_generation INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE integration ADD COLUMN looked_at INTEGER;
            ALTER TABLE integration ADD COLUMN looked_by TEXT;
            CREATE TABLE secret_look (
                id BLOB NOT NULL PRIMARY KEY,
                viewer BLOB NOT NULL,
                at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX secret_look_viewer ON secret_look (viewer, at);
            CREATE INDEX secret_look_time ON secret_look (at);
            """,
        postgres: """
            ALTER TABLE client_secret ADD COLUMN sealed BYTEA;
            CREATE INDEX client_secret_sealed ON client_secret (id) WHERE sealed IS NOT NULL;
            ALTER TABLE integration ADD COLUMN secret_generation BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE integration ADD COLUMN looked_at BIGINT;
            ALTER TABLE integration ADD COLUMN looked_by TEXT COLLATE "C";
            CREATE TABLE secret_look (
                id BYTEA NOT NULL PRIMARY KEY,
                viewer BYTEA NOT NULL,
                at BIGINT NOT NULL
            );
            CREATE INDEX secret_look_viewer ON secret_look (viewer, at);
            CREATE INDEX secret_look_time ON secret_look (at);
            """
    )
}
