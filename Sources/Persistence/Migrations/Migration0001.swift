extension Migration {
    /// Accounts and their trees, people, credentials, the audit log, the key ring and what verification must remember.
    ///
    /// Identifiers and digests are bytes, times milliseconds since 1970, lists text with spaces between. Rows are kept
    /// in the order of their identifiers, which is that of their age.
    static let migration0001 = Migration(
        number: 1, name: "accounts, people, credentials and the audit log",
        sqlite: """
            CREATE TABLE organization (
                id BLOB NOT NULL PRIMARY KEY,
                account_id BLOB NOT NULL,
                parent_id BLOB REFERENCES organization (id),
                path TEXT NOT NULL,
                name TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                revision INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX organization_path ON organization (path);
            CREATE INDEX organization_account ON organization (account_id, id);
            CREATE INDEX organization_parent ON organization (parent_id);

            CREATE TABLE account (
                organization_id BLOB NOT NULL PRIMARY KEY REFERENCES organization (id),
                plan TEXT,
                suspended_at INTEGER,
                is_operator INTEGER NOT NULL,
                revision INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX account_operator ON account (is_operator) WHERE is_operator = 1;

            CREATE TABLE member (
                id BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL REFERENCES organization (id),
                email TEXT NOT NULL,
                name TEXT NOT NULL,
                roles TEXT NOT NULL,
                password TEXT,
                created_at INTEGER NOT NULL,
                revision INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX member_organization ON member (organization_id, id);
            CREATE UNIQUE INDEX member_email ON member (email, organization_id);

            CREATE TABLE integration (
                id BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL REFERENCES organization (id),
                account_id BLOB NOT NULL,
                label TEXT NOT NULL,
                scopes TEXT NOT NULL,
                addresses TEXT,
                access_token_seconds INTEGER,
                token_format TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                created_by TEXT NOT NULL,
                revision INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX integration_organization ON integration (organization_id, id);
            CREATE INDEX integration_account ON integration (account_id);

            CREATE TABLE resource_server (
                id BLOB NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                audiences TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                revision INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE client_secret (
                id BLOB NOT NULL PRIMARY KEY,
                client TEXT NOT NULL,
                digest BLOB NOT NULL,
                pepper INTEGER NOT NULL,
                hint TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER,
                used_at INTEGER,
                used_from TEXT,
                uses INTEGER NOT NULL DEFAULT 0
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX client_secret_client ON client_secret (client, id);
            CREATE INDEX client_secret_expiry ON client_secret (expires_at) WHERE expires_at IS NOT NULL;

            CREATE TABLE api_key (
                id BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL REFERENCES organization (id),
                account_id BLOB NOT NULL,
                name TEXT NOT NULL,
                description TEXT,
                scopes TEXT NOT NULL,
                addresses TEXT,
                digest BLOB NOT NULL,
                pepper INTEGER NOT NULL,
                hint TEXT NOT NULL,
                previous_digest BLOB,
                previous_pepper INTEGER,
                previous_expires_at INTEGER,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                disabled_at INTEGER,
                rotated_at INTEGER NOT NULL,
                created_by TEXT NOT NULL,
                used_at INTEGER,
                used_from TEXT,
                uses INTEGER NOT NULL DEFAULT 0,
                revision INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX api_key_digest ON api_key (digest);
            CREATE UNIQUE INDEX api_key_previous_digest ON api_key (previous_digest) WHERE previous_digest IS NOT NULL;
            CREATE INDEX api_key_organization ON api_key (organization_id, id);
            CREATE INDEX api_key_account ON api_key (account_id, expires_at);
            CREATE INDEX api_key_expiry ON api_key (expires_at);

            CREATE TABLE revoked_token (
                id BLOB NOT NULL PRIMARY KEY,
                client_id BLOB NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX revoked_token_expiry ON revoked_token (expires_at);
            CREATE INDEX revoked_token_client ON revoked_token (client_id, expires_at);

            CREATE TABLE audit_event (
                id BLOB NOT NULL PRIMARY KEY,
                at INTEGER NOT NULL,
                action TEXT NOT NULL,
                target TEXT NOT NULL,
                organization_path TEXT,
                actor TEXT NOT NULL,
                request_id TEXT NOT NULL,
                address TEXT,
                details TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX audit_event_organization ON audit_event (organization_path, id);

            CREATE TABLE key_ring (
                purpose TEXT NOT NULL,
                version INTEGER NOT NULL,
                sealed BLOB NOT NULL,
                created_at INTEGER NOT NULL,
                retires_at INTEGER,
                PRIMARY KEY (purpose, version)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE idempotent_reply (
                actor TEXT NOT NULL,
                key TEXT NOT NULL,
                request_digest BLOB NOT NULL,
                sealed BLOB NOT NULL,
                created_at INTEGER NOT NULL,
                PRIMARY KEY (actor, key)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX idempotent_reply_age ON idempotent_reply (created_at);
            """,
        postgres: migration0001Postgres
    )
}
