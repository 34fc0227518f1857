extension Migration {
    /// Whose e-mail addresses are proved, links that change one, and how a user signed in for whom an app acts.
    static let migration0011 = Migration(
        number: 11, name: "proved addresses",
        sqlite: """
            ALTER TABLE member ADD COLUMN email_proof TEXT;
            ALTER TABLE member ADD COLUMN email_proved_at INTEGER;
            ALTER TABLE one_time_link ADD COLUMN address_effect TEXT;
            ALTER TABLE one_time_link ADD COLUMN new_email TEXT;
            ALTER TABLE one_time_link ADD COLUMN new_password TEXT;
            ALTER TABLE authorization_code ADD COLUMN session_id BLOB;
            ALTER TABLE authorization_code ADD COLUMN methods TEXT;
            ALTER TABLE refresh_lineage ADD COLUMN session_id BLOB;
            ALTER TABLE refresh_lineage ADD COLUMN methods TEXT;
            """,
        postgres: """
            ALTER TABLE member ADD COLUMN email_proof TEXT COLLATE "C";
            ALTER TABLE member ADD COLUMN email_proved_at BIGINT;
            ALTER TABLE one_time_link ADD COLUMN address_effect TEXT COLLATE "C";
            ALTER TABLE one_time_link ADD COLUMN new_email TEXT COLLATE "C";
            ALTER TABLE one_time_link ADD COLUMN new_password TEXT COLLATE "C";
            ALTER TABLE authorization_code ADD COLUMN session_id BYTEA;
            ALTER TABLE authorization_code ADD COLUMN methods TEXT COLLATE "C";
            ALTER TABLE refresh_lineage ADD COLUMN session_id BYTEA;
            ALTER TABLE refresh_lineage ADD COLUMN methods TEXT COLLATE "C";
            """
    )
}
