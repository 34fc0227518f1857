extension Migration {
    /// ``migration0001`` for PostgreSQL.
    ///
    /// Every number is a `BIGINT`, as it is bound. Text is compared byte by byte (`COLLATE "C"`), so that both engines
    /// keep one order and a range of an index holds a subtree. Usage is written to keys and secrets over and over, and
    /// none of its columns is indexed: where a page keeps a fifth free, the new version of a row stays on its page, and
    /// no index is touched (a HOT update).
    static let migration0001Postgres = """
        CREATE TABLE organization (
            id BYTEA NOT NULL PRIMARY KEY,
            account_id BYTEA NOT NULL,
            parent_id BYTEA REFERENCES organization (id),
            path TEXT COLLATE "C" NOT NULL,
            name TEXT COLLATE "C" NOT NULL,
            created_at BIGINT NOT NULL,
            revision BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX organization_path ON organization (path);
        CREATE INDEX organization_account ON organization (account_id, id);
        CREATE INDEX organization_parent ON organization (parent_id);

        CREATE TABLE account (
            organization_id BYTEA NOT NULL PRIMARY KEY REFERENCES organization (id),
            plan TEXT COLLATE "C",
            suspended_at BIGINT,
            is_operator BIGINT NOT NULL,
            revision BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX account_operator ON account (is_operator) WHERE is_operator = 1;

        CREATE TABLE member (
            id BYTEA NOT NULL PRIMARY KEY,
            organization_id BYTEA NOT NULL REFERENCES organization (id),
            email TEXT COLLATE "C" NOT NULL,
            name TEXT COLLATE "C" NOT NULL,
            roles TEXT COLLATE "C" NOT NULL,
            password TEXT COLLATE "C",
            created_at BIGINT NOT NULL,
            revision BIGINT NOT NULL
        );
        CREATE INDEX member_organization ON member (organization_id, id);
        CREATE UNIQUE INDEX member_email ON member (email, organization_id);

        CREATE TABLE integration (
            id BYTEA NOT NULL PRIMARY KEY,
            organization_id BYTEA NOT NULL REFERENCES organization (id),
            account_id BYTEA NOT NULL,
            label TEXT COLLATE "C" NOT NULL,
            scopes TEXT COLLATE "C" NOT NULL,
            addresses TEXT COLLATE "C",
            access_token_seconds BIGINT,
            token_format TEXT COLLATE "C" NOT NULL,
            created_at BIGINT NOT NULL,
            created_by TEXT COLLATE "C" NOT NULL,
            revision BIGINT NOT NULL
        );
        CREATE INDEX integration_organization ON integration (organization_id, id);
        CREATE INDEX integration_account ON integration (account_id);

        CREATE TABLE resource_server (
            id BYTEA NOT NULL PRIMARY KEY,
            name TEXT COLLATE "C" NOT NULL,
            audiences TEXT COLLATE "C" NOT NULL,
            created_at BIGINT NOT NULL,
            revision BIGINT NOT NULL
        );

        CREATE TABLE client_secret (
            id BYTEA NOT NULL PRIMARY KEY,
            client TEXT COLLATE "C" NOT NULL,
            digest BYTEA NOT NULL,
            pepper BIGINT NOT NULL,
            hint TEXT COLLATE "C" NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT,
            used_at BIGINT,
            used_from TEXT COLLATE "C",
            uses BIGINT NOT NULL DEFAULT 0
        ) WITH (fillfactor = 80);
        CREATE INDEX client_secret_client ON client_secret (client, id);
        CREATE INDEX client_secret_expiry ON client_secret (expires_at) WHERE expires_at IS NOT NULL;

        CREATE TABLE api_key (
            id BYTEA NOT NULL PRIMARY KEY,
            organization_id BYTEA NOT NULL REFERENCES organization (id),
            account_id BYTEA NOT NULL,
            name TEXT COLLATE "C" NOT NULL,
            description TEXT COLLATE "C",
            scopes TEXT COLLATE "C" NOT NULL,
            addresses TEXT COLLATE "C",
            digest BYTEA NOT NULL,
            pepper BIGINT NOT NULL,
            hint TEXT COLLATE "C" NOT NULL,
            previous_digest BYTEA,
            previous_pepper BIGINT,
            previous_expires_at BIGINT,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            disabled_at BIGINT,
            rotated_at BIGINT NOT NULL,
            created_by TEXT COLLATE "C" NOT NULL,
            used_at BIGINT,
            used_from TEXT COLLATE "C",
            uses BIGINT NOT NULL DEFAULT 0,
            revision BIGINT NOT NULL
        ) WITH (fillfactor = 80);
        CREATE UNIQUE INDEX api_key_digest ON api_key (digest);
        CREATE UNIQUE INDEX api_key_previous_digest ON api_key (previous_digest) WHERE previous_digest IS NOT NULL;
        CREATE INDEX api_key_organization ON api_key (organization_id, id);
        CREATE INDEX api_key_account ON api_key (account_id, expires_at);
        CREATE INDEX api_key_expiry ON api_key (expires_at);

        CREATE TABLE revoked_token (
            id BYTEA NOT NULL PRIMARY KEY,
            client_id BYTEA NOT NULL,
            expires_at BIGINT NOT NULL
        );
        CREATE INDEX revoked_token_expiry ON revoked_token (expires_at);
        CREATE INDEX revoked_token_client ON revoked_token (client_id, expires_at);

        CREATE TABLE audit_event (
            id BYTEA NOT NULL PRIMARY KEY,
            at BIGINT NOT NULL,
            action TEXT COLLATE "C" NOT NULL,
            target TEXT COLLATE "C" NOT NULL,
            organization_path TEXT COLLATE "C",
            actor TEXT COLLATE "C" NOT NULL,
            request_id TEXT COLLATE "C" NOT NULL,
            address TEXT COLLATE "C",
            details TEXT COLLATE "C" NOT NULL
        );
        CREATE INDEX audit_event_organization ON audit_event (organization_path, id);

        CREATE TABLE key_ring (
            purpose TEXT COLLATE "C" NOT NULL,
            version BIGINT NOT NULL,
            sealed BYTEA NOT NULL,
            created_at BIGINT NOT NULL,
            retires_at BIGINT,
            PRIMARY KEY (purpose, version)
        );

        CREATE TABLE idempotent_reply (
            actor TEXT COLLATE "C" NOT NULL,
            key TEXT COLLATE "C" NOT NULL,
            request_digest BYTEA NOT NULL,
            sealed BYTEA NOT NULL,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (actor, key)
        );
        CREATE INDEX idempotent_reply_age ON idempotent_reply (created_at);
        """
}
