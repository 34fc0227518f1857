extension Migration {
    /// From when on an endpoint is sent what was told (what was told before and is still there is dropped), by which key it verifies, and what
    /// header field of its own it is sent; how much of what an account may have sent by hand is used up.
    static let migration0039 = Migration(
        number: 39, name: "webhooks: pieces, allowances, public keys, headers", servedFrom: 26,
        sqlite: """
            ALTER TABLE webhook_endpoint ADD COLUMN sent_from INTEGER;
            ALTER TABLE webhook_endpoint ADD COLUMN public_key TEXT;
            ALTER TABLE webhook_endpoint ADD COLUMN header_name TEXT;
            CREATE TABLE webhook_header (
                endpoint_id BLOB NOT NULL PRIMARY KEY REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
                number INTEGER NOT NULL,
                data_key BLOB NOT NULL,
                sealed BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            ALTER TABLE webhook_secret ADD COLUMN scheme TEXT NOT NULL DEFAULT 'v1';
            CREATE TABLE webhook_allowance (
                account_id BLOB NOT NULL PRIMARY KEY REFERENCES organization (id) ON DELETE CASCADE,
                used_until INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        postgresParts: [
            "ALTER TABLE webhook_endpoint ADD COLUMN IF NOT EXISTS sent_from BIGINT;",
            "ALTER TABLE webhook_endpoint ADD COLUMN IF NOT EXISTS public_key TEXT COLLATE \"C\";",
            "ALTER TABLE webhook_endpoint ADD COLUMN IF NOT EXISTS header_name TEXT COLLATE \"C\";",
            """
            CREATE TABLE IF NOT EXISTS webhook_header (
                endpoint_id BYTEA NOT NULL PRIMARY KEY REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
                number BIGINT NOT NULL,
                data_key BYTEA NOT NULL,
                sealed BYTEA NOT NULL
            );
            ALTER TABLE webhook_header ENABLE ROW LEVEL SECURITY;
            DROP POLICY IF EXISTS own_rows ON webhook_header;
            CREATE POLICY own_rows ON webhook_header
            USING ((SELECT TRUE FROM webhook_endpoint p WHERE p.id = webhook_header.endpoint_id))
            WITH CHECK ((SELECT TRUE FROM webhook_endpoint p WHERE p.id = webhook_header.endpoint_id));
            """,
            "ALTER TABLE webhook_secret ADD COLUMN IF NOT EXISTS scheme TEXT COLLATE \"C\" NOT NULL DEFAULT 'v1';",
            """
            CREATE TABLE IF NOT EXISTS webhook_allowance (
                account_id BYTEA NOT NULL PRIMARY KEY REFERENCES organization (id) ON DELETE CASCADE,
                used_until BIGINT NOT NULL
            );
            ALTER TABLE webhook_allowance ENABLE ROW LEVEL SECURITY;
            DROP POLICY IF EXISTS own_rows ON webhook_allowance;
            CREATE POLICY own_rows ON webhook_allowance
            USING (account_id = decode(nullif(current_setting('claviger.account', true), ''), 'hex'))
            WITH CHECK (account_id = decode(nullif(current_setting('claviger.account', true), ''), 'hex'));
            """,
        ]
    )
}
