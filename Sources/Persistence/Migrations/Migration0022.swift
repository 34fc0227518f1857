extension Migration {
    /// Consents to connections that are under way, and what probes of their health found out.
    static let migration0022 = Migration(
        number: 22, name: "consents to connections",
        sqlite: """
            CREATE TABLE connection_consent (
                state BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL,
                provider TEXT NOT NULL,
                access BLOB NOT NULL,
                session BLOB NOT NULL,
                connection_id BLOB,
                name TEXT,
                scopes TEXT NOT NULL,
                variables TEXT NOT NULL,
                redirect_uri TEXT NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX connection_consent_organization ON connection_consent (organization_id, created_at);
            CREATE INDEX connection_consent_age ON connection_consent (created_at);
            CREATE TABLE connection_health (
                connection_id BLOB NOT NULL PRIMARY KEY,
                next_at INTEGER,
                proven_at INTEGER,
                failed_at INTEGER,
                error_code TEXT,
                verdict TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX connection_health_due ON connection_health (next_at) WHERE next_at IS NOT NULL;
            """,
        postgres: """
            CREATE TABLE connection_consent (
                state BYTEA NOT NULL PRIMARY KEY,
                organization_id BYTEA NOT NULL,
                provider TEXT COLLATE "C" NOT NULL,
                access BYTEA NOT NULL,
                session BYTEA NOT NULL,
                connection_id BYTEA,
                name TEXT COLLATE "C",
                scopes TEXT COLLATE "C" NOT NULL,
                variables TEXT COLLATE "C" NOT NULL,
                redirect_uri TEXT COLLATE "C" NOT NULL,
                created_at BIGINT NOT NULL
            );
            CREATE INDEX connection_consent_organization ON connection_consent (organization_id, created_at);
            CREATE INDEX connection_consent_age ON connection_consent (created_at);
            CREATE TABLE connection_health (
                connection_id BYTEA NOT NULL PRIMARY KEY,
                next_at BIGINT,
                proven_at BIGINT,
                failed_at BIGINT,
                error_code TEXT COLLATE "C",
                verdict TEXT COLLATE "C"
            );
            CREATE INDEX connection_health_due ON connection_health (next_at) WHERE next_at IS NOT NULL;
            """
    )
}
