extension Migration {
    /// What members are told by e-mail, and how far they have been; and from which networks credentials are known to be used.
    static let migration0037 = Migration(
        number: 37, name: "notices by e-mail, known networks", servedFrom: 26,
        sqlite: """
            CREATE TABLE notice_mail (
                member_id BLOB NOT NULL PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
                pace TEXT NOT NULL,
                muted TEXT NOT NULL,
                below INTEGER NOT NULL,
                told_after BLOB NOT NULL,
                planned BLOB NOT NULL,
                through BLOB,
                sent_at INTEGER,
                due_at INTEGER,
                attempts INTEGER NOT NULL DEFAULT 0,
                lease_owner BLOB,
                lease_until INTEGER NOT NULL DEFAULT 0,
                fence INTEGER NOT NULL DEFAULT 0
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX notice_mail_due ON notice_mail (due_at) WHERE due_at IS NOT NULL;
            CREATE TABLE credential_network (
                credential BLOB NOT NULL,
                network TEXT NOT NULL,
                account_id BLOB NOT NULL,
                seen_at INTEGER NOT NULL,
                PRIMARY KEY (credential, network)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX credential_network_seen ON credential_network (seen_at);
            """,
        postgresParts: [
            """
            CREATE TABLE IF NOT EXISTS notice_mail (
                member_id BYTEA NOT NULL PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
                pace TEXT COLLATE "C" NOT NULL,
                muted TEXT COLLATE "C" NOT NULL,
                below BIGINT NOT NULL,
                told_after BYTEA NOT NULL,
                planned BYTEA NOT NULL,
                through BYTEA,
                sent_at BIGINT,
                due_at BIGINT,
                attempts BIGINT NOT NULL DEFAULT 0,
                lease_owner BYTEA,
                lease_until BIGINT NOT NULL DEFAULT 0,
                fence BIGINT NOT NULL DEFAULT 0
            );
            CREATE INDEX IF NOT EXISTS notice_mail_due ON notice_mail (due_at) WHERE due_at IS NOT NULL;
            ALTER TABLE notice_mail ENABLE ROW LEVEL SECURITY;
            DROP POLICY IF EXISTS own_rows ON notice_mail;
            CREATE POLICY own_rows ON notice_mail USING ((SELECT TRUE FROM member p WHERE p.id = notice_mail.member_id))
            WITH CHECK ((SELECT TRUE FROM member p WHERE p.id = notice_mail.member_id));
            """,
            """
            CREATE TABLE credential_network (
                credential BYTEA NOT NULL,
                network TEXT COLLATE "C" NOT NULL,
                account_id BYTEA NOT NULL,
                seen_at BIGINT NOT NULL,
                PRIMARY KEY (credential, network)
            );
            CREATE INDEX credential_network_seen ON credential_network (seen_at);
            ALTER TABLE credential_network ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own_rows ON credential_network
            USING (account_id = decode(nullif(current_setting('claviger.account', true), ''), 'hex'))
            WITH CHECK (account_id = decode(nullif(current_setting('claviger.account', true), ''), 'hex'));
            """,
        ]
    )
}
