extension Migration {
    /// When an integration was last used, whichever of its secrets that was by, and when the one in force was made: what its
    /// list is searched and ordered by. A use counts from the next one on; an age that is not known is the integration's own.
    /// And since when its tokens count, if those before were ended.
    static let migration0013 = Migration(
        number: 13, name: "use of integrations",
        sqlite: """
            ALTER TABLE integration ADD COLUMN used_at INTEGER;
            ALTER TABLE integration ADD COLUMN used_from TEXT;
            ALTER TABLE integration ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE integration ADD COLUMN secret_at INTEGER;
            ALTER TABLE integration ADD COLUMN tokens_from INTEGER;
            """,
        postgres: """
            ALTER TABLE integration ADD COLUMN used_at BIGINT;
            ALTER TABLE integration ADD COLUMN used_from TEXT COLLATE "C";
            ALTER TABLE integration ADD COLUMN uses BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE integration ADD COLUMN secret_at BIGINT;
            ALTER TABLE integration ADD COLUMN tokens_from BIGINT;
            """
    )
}
