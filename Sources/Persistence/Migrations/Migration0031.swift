extension Migration {
    /// What becomes of credentials, and webhooks by which that is told.
    static let migration0031 = Migration(
        number: 31, name: "life-cycle events and webhooks", servedFrom: 26,
        sqlite: noticeTables,
        postgresParts: [noticeTablesPostgres]
            + noticePolicies.map { table, condition in
                """
                ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY;
                DROP POLICY IF EXISTS own_rows ON \(table);
                CREATE POLICY own_rows ON \(table) USING (\(condition)) WITH CHECK (\(condition));
                """
            }
    )

    /// As in ``migration0024Postgres``.
    private static let noticePolicies: [(table: String, condition: String)] = {
        let account = "decode(nullif(current_setting('claviger.account', true), ''), 'hex')"
        let path = "nullif(current_setting('claviger.account_path', true), '')"
        return [
            ("lifecycle_event", "organization_path >= \(path) AND organization_path < rtrim(\(path), '/') || '0'"),
            ("webhook_endpoint", "account_id = \(account)"),
            ("webhook_secret", "(SELECT TRUE FROM webhook_endpoint p WHERE p.id = webhook_secret.endpoint_id)"),
            ("webhook_delivery", "(SELECT TRUE FROM webhook_endpoint p WHERE p.id = webhook_delivery.endpoint_id)"),
            ("webhook_attempt", "(SELECT TRUE FROM webhook_delivery p WHERE p.id = webhook_attempt.delivery_id)"),
        ]
    }()

    private static let noticeTables = """
        CREATE TABLE lifecycle_event (
            id BLOB NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            occasion TEXT NOT NULL,
            organization_path TEXT NOT NULL,
            at INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX lifecycle_event_once ON lifecycle_event (subject, kind, occasion);
        CREATE INDEX lifecycle_event_organization ON lifecycle_event (organization_path, id);
        CREATE TABLE lifecycle_progress (
            name TEXT NOT NULL PRIMARY KEY,
            place TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE webhook_endpoint (
            id BLOB NOT NULL PRIMARY KEY,
            organization_id BLOB NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
            account_id BLOB NOT NULL,
            organization_path TEXT NOT NULL,
            address TEXT NOT NULL,
            description TEXT,
            kinds TEXT,
            stopped_at INTEGER,
            stop TEXT,
            failing_since INTEGER,
            created_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            revision INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX webhook_endpoint_organization ON webhook_endpoint (organization_id, id);
        CREATE INDEX webhook_endpoint_account ON webhook_endpoint (account_id, id);
        CREATE TABLE webhook_secret (
            endpoint_id BLOB NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            data_key BLOB NOT NULL,
            sealed BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            ends_at INTEGER,
            PRIMARY KEY (endpoint_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX webhook_secret_end ON webhook_secret (ends_at) WHERE ends_at IS NOT NULL;
        CREATE TABLE webhook_delivery (
            id BLOB NOT NULL PRIMARY KEY,
            endpoint_id BLOB NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
            event_id BLOB NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_at INTEGER,
            lease_owner BLOB,
            lease_until INTEGER NOT NULL DEFAULT 0,
            fence INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            finished_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint_id, id);
        CREATE INDEX webhook_delivery_event ON webhook_delivery (event_id, endpoint_id);
        CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at) WHERE next_at IS NOT NULL;
        CREATE INDEX webhook_delivery_open ON webhook_delivery (endpoint_id, subject, id) WHERE finished_at IS NULL;
        CREATE INDEX webhook_delivery_finished ON webhook_delivery (finished_at) WHERE finished_at IS NOT NULL;
        CREATE TABLE webhook_attempt (
            delivery_id BLOB NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            milliseconds INTEGER NOT NULL,
            status INTEGER,
            error TEXT,
            response TEXT NOT NULL,
            PRIMARY KEY (delivery_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX webhook_attempt_age ON webhook_attempt (at);
        """

    private static let noticeTablesPostgres = """
        CREATE TABLE IF NOT EXISTS lifecycle_event (
            id BYTEA NOT NULL PRIMARY KEY,
            kind TEXT COLLATE "C" NOT NULL,
            subject TEXT COLLATE "C" NOT NULL,
            occasion TEXT COLLATE "C" NOT NULL,
            organization_path TEXT COLLATE "C" NOT NULL,
            at BIGINT NOT NULL,
            body TEXT COLLATE "C" NOT NULL
        );
        CREATE UNIQUE INDEX IF NOT EXISTS lifecycle_event_once ON lifecycle_event (subject, kind, occasion);
        CREATE INDEX IF NOT EXISTS lifecycle_event_organization ON lifecycle_event (organization_path, id);
        CREATE TABLE IF NOT EXISTS lifecycle_progress (
            name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
            place TEXT COLLATE "C" NOT NULL
        );
        CREATE TABLE IF NOT EXISTS webhook_endpoint (
            id BYTEA NOT NULL PRIMARY KEY,
            organization_id BYTEA NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
            account_id BYTEA NOT NULL,
            organization_path TEXT COLLATE "C" NOT NULL,
            address TEXT COLLATE "C" NOT NULL,
            description TEXT COLLATE "C",
            kinds TEXT COLLATE "C",
            stopped_at BIGINT,
            stop TEXT COLLATE "C",
            failing_since BIGINT,
            created_at BIGINT NOT NULL,
            created_by TEXT COLLATE "C" NOT NULL,
            revision BIGINT NOT NULL
        );
        CREATE INDEX IF NOT EXISTS webhook_endpoint_organization ON webhook_endpoint (organization_id, id);
        CREATE INDEX IF NOT EXISTS webhook_endpoint_account ON webhook_endpoint (account_id, id);
        CREATE TABLE IF NOT EXISTS webhook_secret (
            endpoint_id BYTEA NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
            number BIGINT NOT NULL,
            data_key BYTEA NOT NULL,
            sealed BYTEA NOT NULL,
            created_at BIGINT NOT NULL,
            ends_at BIGINT,
            PRIMARY KEY (endpoint_id, number)
        );
        CREATE INDEX IF NOT EXISTS webhook_secret_end ON webhook_secret (ends_at) WHERE ends_at IS NOT NULL;
        CREATE TABLE IF NOT EXISTS webhook_delivery (
            id BYTEA NOT NULL PRIMARY KEY,
            endpoint_id BYTEA NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
            event_id BYTEA NOT NULL,
            kind TEXT COLLATE "C" NOT NULL,
            subject TEXT COLLATE "C" NOT NULL,
            state TEXT COLLATE "C" NOT NULL,
            attempts BIGINT NOT NULL DEFAULT 0,
            next_at BIGINT,
            lease_owner BYTEA,
            lease_until BIGINT NOT NULL DEFAULT 0,
            fence BIGINT NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL,
            finished_at BIGINT
        );
        CREATE INDEX IF NOT EXISTS webhook_delivery_endpoint ON webhook_delivery (endpoint_id, id);
        CREATE INDEX IF NOT EXISTS webhook_delivery_event ON webhook_delivery (event_id, endpoint_id);
        CREATE INDEX IF NOT EXISTS webhook_delivery_due ON webhook_delivery (next_at) WHERE next_at IS NOT NULL;
        CREATE INDEX IF NOT EXISTS webhook_delivery_open ON webhook_delivery (endpoint_id, subject, id) WHERE finished_at IS NULL;
        CREATE INDEX IF NOT EXISTS webhook_delivery_finished ON webhook_delivery (finished_at) WHERE finished_at IS NOT NULL;
        CREATE TABLE IF NOT EXISTS webhook_attempt (
            delivery_id BYTEA NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
            number BIGINT NOT NULL,
            at BIGINT NOT NULL,
            milliseconds BIGINT NOT NULL,
            status BIGINT,
            error TEXT COLLATE "C",
            response TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (delivery_id, number)
        );
        CREATE INDEX IF NOT EXISTS webhook_attempt_age ON webhook_attempt (at);
        """
}
