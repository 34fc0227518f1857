extension Migration {
    /// From when on a master key is the one that seals, and which master keys each node was given.
    static let migration0027 = Migration(
        number: 27, name: "master key in force", servedFrom: 26,
        sqlite: """
            ALTER TABLE master_key ADD COLUMN in_force_from INTEGER;
            CREATE TABLE master_key_holder (
                node BLOB NOT NULL PRIMARY KEY,
                master_keys TEXT NOT NULL,
                opened TEXT NOT NULL,
                seen_at INTEGER NOT NULL
            ) STRICT;
            """,
        postgres: """
            ALTER TABLE master_key ADD COLUMN in_force_from BIGINT;
            CREATE TABLE master_key_holder (
                node BYTEA NOT NULL PRIMARY KEY,
                master_keys TEXT COLLATE "C" NOT NULL,
                opened TEXT COLLATE "C" NOT NULL,
                seen_at BIGINT NOT NULL
            );
            """
    )
}
