extension Migration {
    /// Integrations and apps can be disabled. A node of before does not ask for that, and accepts them until it is replaced.
    static let migration0040 = Migration(
        number: 40, name: "clients that are disabled", servedFrom: 26,
        sqlite: """
            ALTER TABLE integration ADD COLUMN disabled_at INTEGER;
            ALTER TABLE integration ADD COLUMN disabled_by TEXT;
            ALTER TABLE app ADD COLUMN disabled_at INTEGER;
            ALTER TABLE app ADD COLUMN disabled_by TEXT;
            """,
        postgresParts: [
            "ALTER TABLE integration ADD COLUMN IF NOT EXISTS disabled_at BIGINT;",
            "ALTER TABLE integration ADD COLUMN IF NOT EXISTS disabled_by TEXT COLLATE \"C\";",
            "ALTER TABLE app ADD COLUMN IF NOT EXISTS disabled_at BIGINT;",
            "ALTER TABLE app ADD COLUMN IF NOT EXISTS disabled_by TEXT COLLATE \"C\";",
        ]
    )
}
