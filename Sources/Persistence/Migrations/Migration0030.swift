extension Migration {
    /// How often credentials were used, for what and with what outcome, in hours and days; from how many addresses, as sketches of
    /// hours; and by which software last.
    static let migration0030 = Migration(
        number: 30, name: "usage", servedFrom: 26,
        sqlite: """
            CREATE TABLE usage_cell (
                credential BLOB NOT NULL,
                span INTEGER NOT NULL,
                at INTEGER NOT NULL,
                secret BLOB NOT NULL,
                scopes TEXT NOT NULL,
                outcome TEXT NOT NULL,
                status INTEGER NOT NULL,
                organization_id BLOB NOT NULL,
                account_id BLOB NOT NULL,
                kind TEXT NOT NULL,
                calls INTEGER NOT NULL,
                PRIMARY KEY (credential, span, at, secret, scopes, outcome, status, organization_id, kind)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX usage_cell_organization ON usage_cell (organization_id, span, at);
            CREATE INDEX usage_cell_at ON usage_cell (span, at);
            CREATE TABLE usage_callers (
                credential BLOB NOT NULL,
                secret BLOB NOT NULL,
                hour INTEGER NOT NULL,
                organization_id BLOB NOT NULL,
                account_id BLOB NOT NULL,
                sketch BLOB NOT NULL,
                PRIMARY KEY (credential, secret, hour)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX usage_callers_hour ON usage_callers (hour);
            CREATE TABLE usage_agent (
                credential BLOB NOT NULL,
                secret BLOB NOT NULL,
                organization_id BLOB NOT NULL,
                account_id BLOB NOT NULL,
                at INTEGER NOT NULL,
                agent TEXT NOT NULL,
                PRIMARY KEY (credential, secret)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX usage_agent_at ON usage_agent (at);
            """,
        postgresParts: [
            """
            CREATE TABLE IF NOT EXISTS usage_cell (
                credential BYTEA NOT NULL,
                span BIGINT NOT NULL,
                at BIGINT NOT NULL,
                secret BYTEA NOT NULL,
                scopes TEXT COLLATE "C" NOT NULL,
                outcome TEXT COLLATE "C" NOT NULL,
                status BIGINT NOT NULL,
                organization_id BYTEA NOT NULL,
                account_id BYTEA NOT NULL,
                kind TEXT COLLATE "C" NOT NULL,
                calls BIGINT NOT NULL,
                PRIMARY KEY (credential, span, at, secret, scopes, outcome, status, organization_id, kind)
            );
            CREATE INDEX IF NOT EXISTS usage_cell_organization ON usage_cell (organization_id, span, at);
            CREATE INDEX IF NOT EXISTS usage_cell_at ON usage_cell (span, at);
            \(ownRows(of: "usage_cell"))
            """,
            """
            CREATE TABLE IF NOT EXISTS usage_callers (
                credential BYTEA NOT NULL,
                secret BYTEA NOT NULL,
                hour BIGINT NOT NULL,
                organization_id BYTEA NOT NULL,
                account_id BYTEA NOT NULL,
                sketch BYTEA NOT NULL,
                PRIMARY KEY (credential, secret, hour)
            );
            CREATE INDEX IF NOT EXISTS usage_callers_hour ON usage_callers (hour);
            \(ownRows(of: "usage_callers"))
            """,
            """
            CREATE TABLE usage_agent (
                credential BYTEA NOT NULL,
                secret BYTEA NOT NULL,
                organization_id BYTEA NOT NULL,
                account_id BYTEA NOT NULL,
                at BIGINT NOT NULL,
                agent TEXT COLLATE "C" NOT NULL,
                PRIMARY KEY (credential, secret)
            );
            CREATE INDEX usage_agent_at ON usage_agent (at);
            \(ownRows(of: "usage_agent"))
            """,
        ]
    )

    /// As for the tables before ``migration0024``.
    private static func ownRows(of table: String) -> String {
        let condition = "account_id = decode(nullif(current_setting('claviger.account', true), ''), 'hex')"
        return """
            ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY;
            DROP POLICY IF EXISTS own_rows ON \(table);
            CREATE POLICY own_rows ON \(table) USING (\(condition)) WITH CHECK (\(condition));
            """
    }
}
