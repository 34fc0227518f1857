extension Migration {
    /// When, from where and how often access tokens of an app were accepted, in all and by each grant.
    static let migration0016 = Migration(
        number: 16, name: "uses of apps",
        sqlite: """
            ALTER TABLE app ADD COLUMN used_at INTEGER;
            ALTER TABLE app ADD COLUMN used_from TEXT;
            ALTER TABLE app ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE user_grant ADD COLUMN used_at INTEGER;
            ALTER TABLE user_grant ADD COLUMN used_from TEXT;
            ALTER TABLE user_grant ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
            """,
        postgres: """
            ALTER TABLE app ADD COLUMN used_at BIGINT;
            ALTER TABLE app ADD COLUMN used_from TEXT COLLATE "C";
            ALTER TABLE app ADD COLUMN uses BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE user_grant ADD COLUMN used_at BIGINT;
            ALTER TABLE user_grant ADD COLUMN used_from TEXT COLLATE "C";
            ALTER TABLE user_grant ADD COLUMN uses BIGINT NOT NULL DEFAULT 0;
            """
    )
}
