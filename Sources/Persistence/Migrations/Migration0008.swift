extension Migration {
    /// Links that prove an e-mail address, when a password was set, and what used a link up.
    static let migration0008 = Migration(
        number: 8, name: "address links",
        sqlite: """
            ALTER TABLE member ADD COLUMN password_at INTEGER;
            ALTER TABLE one_time_link ADD COLUMN used_by BLOB;
            CREATE TABLE address_link (
                id BLOB NOT NULL PRIMARY KEY,
                digest BLOB NOT NULL,
                pepper INTEGER NOT NULL,
                email TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                used_at INTEGER,
                used_by BLOB,
                used_for BLOB
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX address_link_digest ON address_link (digest);
            CREATE INDEX address_link_email ON address_link (email, id);
            CREATE INDEX address_link_expiry ON address_link (expires_at);
            """,
        postgres: """
            ALTER TABLE member ADD COLUMN password_at BIGINT;
            ALTER TABLE one_time_link ADD COLUMN used_by BYTEA;
            CREATE TABLE address_link (
                id BYTEA NOT NULL PRIMARY KEY,
                digest BYTEA NOT NULL,
                pepper BIGINT NOT NULL,
                email TEXT COLLATE "C" NOT NULL,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                used_at BIGINT,
                used_by BYTEA,
                used_for BYTEA
            );
            CREATE UNIQUE INDEX address_link_digest ON address_link (digest);
            CREATE INDEX address_link_email ON address_link (email, id);
            CREATE INDEX address_link_expiry ON address_link (expires_at);
            """
    )
}
