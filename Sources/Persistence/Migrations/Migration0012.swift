extension Migration {
    /// What is known of each of an API key's two secrets. What stands in `secret_…` is of the secret that was made at
    /// `counted_since`; a key that was never rotated since has none, and its only secret has been used as the key has.
    static let migration0012 = Migration(
        number: 12, name: "secrets of API keys",
        sqlite: """
            ALTER TABLE api_key ADD COLUMN counted_since INTEGER;
            ALTER TABLE api_key ADD COLUMN secret_used_at INTEGER;
            ALTER TABLE api_key ADD COLUMN secret_used_from TEXT;
            ALTER TABLE api_key ADD COLUMN secret_uses INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE api_key ADD COLUMN previous_hint TEXT;
            ALTER TABLE api_key ADD COLUMN previous_created_at INTEGER;
            ALTER TABLE api_key ADD COLUMN previous_used_at INTEGER;
            ALTER TABLE api_key ADD COLUMN previous_used_from TEXT;
            ALTER TABLE api_key ADD COLUMN previous_uses INTEGER NOT NULL DEFAULT 0;
            """,
        postgres: """
            ALTER TABLE api_key ADD COLUMN counted_since BIGINT;
            ALTER TABLE api_key ADD COLUMN secret_used_at BIGINT;
            ALTER TABLE api_key ADD COLUMN secret_used_from TEXT COLLATE "C";
            ALTER TABLE api_key ADD COLUMN secret_uses BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE api_key ADD COLUMN previous_hint TEXT COLLATE "C";
            ALTER TABLE api_key ADD COLUMN previous_created_at BIGINT;
            ALTER TABLE api_key ADD COLUMN previous_used_at BIGINT;
            ALTER TABLE api_key ADD COLUMN previous_used_from TEXT COLLATE "C";
            ALTER TABLE api_key ADD COLUMN previous_uses BIGINT NOT NULL DEFAULT 0;
            """
    )
}
