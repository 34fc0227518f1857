extension Migration {
    /// Whether an app may do without PKCE and prove its secret in either way; where a code was sent, and how many wrong
    /// verifiers were tried on it.
    ///
    /// The version before goes on reading `authentication`, which says `client_secret_basic` for either way.
    static let migration0004 = Migration(
        number: 4, name: "choices of apps",
        sqlite: """
            ALTER TABLE app ADD COLUMN requires_pkce INTEGER NOT NULL DEFAULT 1;
            ALTER TABLE app ADD COLUMN any_secret_method INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE authorization_code ADD COLUMN sent_to TEXT;
            ALTER TABLE authorization_code ADD COLUMN wrong_verifiers INTEGER NOT NULL DEFAULT 0;
            """,
        postgres: """
            ALTER TABLE app ADD COLUMN requires_pkce BIGINT NOT NULL DEFAULT 1;
            ALTER TABLE app ADD COLUMN any_secret_method BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE authorization_code ADD COLUMN sent_to TEXT COLLATE "C";
            ALTER TABLE authorization_code ADD COLUMN wrong_verifiers BIGINT NOT NULL DEFAULT 0;
            """
    )
}
