extension Migration {
    /// Connections to providers: our clients there, what is connected, what was sealed for it, and what was tried, promised and told.
    static let migration0021 = Migration(
        number: 21, name: "connections",
        sqlite: """
            CREATE TABLE provider_access (
                id BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL REFERENCES organization (id),
                provider TEXT NOT NULL,
                client_id TEXT NOT NULL,
                fault TEXT,
                faulty_from INTEGER,
                created_at INTEGER NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX provider_access_client ON provider_access (provider, client_id);
            CREATE TABLE provider_access_secret (
                access BLOB NOT NULL,
                generation INTEGER NOT NULL,
                data_key BLOB NOT NULL,
                sealed BLOB NOT NULL,
                created_at INTEGER NOT NULL,
                ends_at INTEGER,
                PRIMARY KEY (access, generation)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX provider_access_secret_end ON provider_access_secret (ends_at) WHERE ends_at IS NOT NULL;
            CREATE TABLE connection (
                id BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL REFERENCES organization (id),
                organization_path TEXT NOT NULL,
                provider TEXT NOT NULL,
                access BLOB NOT NULL REFERENCES provider_access (id),
                name TEXT NOT NULL,
                account_fingerprint BLOB,
                scopes TEXT NOT NULL,
                metadata TEXT NOT NULL,
                status TEXT NOT NULL,
                reason TEXT,
                generation INTEGER NOT NULL,
                consented_at INTEGER,
                issued_at INTEGER,
                access_expires_at INTEGER,
                refresh_expires_at INTEGER,
                data_access_expires_at INTEGER,
                failures INTEGER NOT NULL DEFAULT 0,
                first_failed_at INTEGER,
                last_failed_at INTEGER,
                error_class TEXT,
                error_code TEXT,
                next_renewal_at INTEGER,
                last_proven_at INTEGER,
                created_at INTEGER NOT NULL,
                lease_owner BLOB,
                lease_until INTEGER NOT NULL DEFAULT 0,
                fence INTEGER NOT NULL DEFAULT 0
            ) STRICT;
            CREATE INDEX connection_organization ON connection (organization_id, id);
            CREATE INDEX connection_path ON connection (organization_path, id);
            CREATE INDEX connection_due ON connection (provider, next_renewal_at, id) WHERE next_renewal_at IS NOT NULL;
            CREATE INDEX connection_account ON connection (account_fingerprint, access) WHERE account_fingerprint IS NOT NULL;
            CREATE TABLE connection_secret (
                connection_id BLOB NOT NULL,
                generation INTEGER NOT NULL,
                field TEXT NOT NULL,
                data_key BLOB NOT NULL,
                sealed BLOB NOT NULL,
                replaced_at INTEGER,
                PRIMARY KEY (connection_id, generation, field)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX connection_secret_replaced ON connection_secret (replaced_at) WHERE replaced_at IS NOT NULL;
            CREATE TABLE connection_child (
                connection_id BLOB NOT NULL,
                kind TEXT NOT NULL,
                external_id TEXT NOT NULL,
                name TEXT,
                metadata TEXT NOT NULL,
                generation INTEGER NOT NULL,
                seen_at INTEGER NOT NULL,
                PRIMARY KEY (connection_id, kind, external_id)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE renewal_attempt (
                id BLOB NOT NULL PRIMARY KEY,
                connection_id BLOB NOT NULL,
                generation INTEGER NOT NULL,
                fence INTEGER NOT NULL,
                token_fingerprint BLOB,
                state TEXT NOT NULL,
                started_at INTEGER NOT NULL,
                ended_at INTEGER,
                error_code TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX renewal_attempt_sent ON renewal_attempt (connection_id) WHERE state = 'sent';
            CREATE INDEX renewal_attempt_connection ON renewal_attempt (connection_id, id);
            CREATE TABLE connection_promise (
                connection_id BLOB NOT NULL,
                name TEXT NOT NULL,
                number INTEGER NOT NULL,
                due_at INTEGER NOT NULL,
                state TEXT NOT NULL,
                settled_at INTEGER,
                reason TEXT,
                generation INTEGER,
                PRIMARY KEY (connection_id, name, number)
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX connection_promise_open ON connection_promise (connection_id, name) WHERE state = 'open';
            CREATE INDEX connection_promise_settled ON connection_promise (settled_at) WHERE settled_at IS NOT NULL;
            CREATE TABLE connection_event (
                id BLOB NOT NULL PRIMARY KEY,
                connection_id BLOB NOT NULL,
                organization_path TEXT NOT NULL,
                kind TEXT NOT NULL,
                generation INTEGER NOT NULL,
                status TEXT NOT NULL,
                reason TEXT,
                at INTEGER NOT NULL,
                delivered_at INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX connection_event_connection ON connection_event (connection_id, id);
            CREATE INDEX connection_event_undelivered ON connection_event (id) WHERE delivered_at IS NULL;
            """,
        postgres: """
            CREATE TABLE provider_access (
                id BYTEA NOT NULL PRIMARY KEY,
                organization_id BYTEA NOT NULL REFERENCES organization (id),
                provider TEXT COLLATE "C" NOT NULL,
                client_id TEXT COLLATE "C" NOT NULL,
                fault TEXT COLLATE "C",
                faulty_from BIGINT,
                created_at BIGINT NOT NULL
            );
            CREATE UNIQUE INDEX provider_access_client ON provider_access (provider, client_id);
            CREATE TABLE provider_access_secret (
                access BYTEA NOT NULL,
                generation BIGINT NOT NULL,
                data_key BYTEA NOT NULL,
                sealed BYTEA NOT NULL,
                created_at BIGINT NOT NULL,
                ends_at BIGINT,
                PRIMARY KEY (access, generation)
            );
            CREATE INDEX provider_access_secret_end ON provider_access_secret (ends_at) WHERE ends_at IS NOT NULL;
            CREATE TABLE connection (
                id BYTEA NOT NULL PRIMARY KEY,
                organization_id BYTEA NOT NULL REFERENCES organization (id),
                organization_path TEXT COLLATE "C" NOT NULL,
                provider TEXT COLLATE "C" NOT NULL,
                access BYTEA NOT NULL REFERENCES provider_access (id),
                name TEXT COLLATE "C" NOT NULL,
                account_fingerprint BYTEA,
                scopes TEXT COLLATE "C" NOT NULL,
                metadata TEXT COLLATE "C" NOT NULL,
                status TEXT COLLATE "C" NOT NULL,
                reason TEXT COLLATE "C",
                generation BIGINT NOT NULL,
                consented_at BIGINT,
                issued_at BIGINT,
                access_expires_at BIGINT,
                refresh_expires_at BIGINT,
                data_access_expires_at BIGINT,
                failures BIGINT NOT NULL DEFAULT 0,
                first_failed_at BIGINT,
                last_failed_at BIGINT,
                error_class TEXT COLLATE "C",
                error_code TEXT COLLATE "C",
                next_renewal_at BIGINT,
                last_proven_at BIGINT,
                created_at BIGINT NOT NULL,
                lease_owner BYTEA,
                lease_until BIGINT NOT NULL DEFAULT 0,
                fence BIGINT NOT NULL DEFAULT 0
            );
            CREATE INDEX connection_organization ON connection (organization_id, id);
            CREATE INDEX connection_path ON connection (organization_path, id);
            CREATE INDEX connection_due ON connection (provider, next_renewal_at, id) WHERE next_renewal_at IS NOT NULL;
            CREATE INDEX connection_account ON connection (account_fingerprint, access) WHERE account_fingerprint IS NOT NULL;
            CREATE TABLE connection_secret (
                connection_id BYTEA NOT NULL,
                generation BIGINT NOT NULL,
                field TEXT COLLATE "C" NOT NULL,
                data_key BYTEA NOT NULL,
                sealed BYTEA NOT NULL,
                replaced_at BIGINT,
                PRIMARY KEY (connection_id, generation, field)
            );
            CREATE INDEX connection_secret_replaced ON connection_secret (replaced_at) WHERE replaced_at IS NOT NULL;
            CREATE TABLE connection_child (
                connection_id BYTEA NOT NULL,
                kind TEXT COLLATE "C" NOT NULL,
                external_id TEXT COLLATE "C" NOT NULL,
                name TEXT COLLATE "C",
                metadata TEXT COLLATE "C" NOT NULL,
                generation BIGINT NOT NULL,
                seen_at BIGINT NOT NULL,
                PRIMARY KEY (connection_id, kind, external_id)
            );
            CREATE TABLE renewal_attempt (
                id BYTEA NOT NULL PRIMARY KEY,
                connection_id BYTEA NOT NULL,
                generation BIGINT NOT NULL,
                fence BIGINT NOT NULL,
                token_fingerprint BYTEA,
                state TEXT COLLATE "C" NOT NULL,
                started_at BIGINT NOT NULL,
                ended_at BIGINT,
                error_code TEXT COLLATE "C"
            );
            CREATE UNIQUE INDEX renewal_attempt_sent ON renewal_attempt (connection_id) WHERE state = 'sent';
            CREATE INDEX renewal_attempt_connection ON renewal_attempt (connection_id, id);
            CREATE TABLE connection_promise (
                connection_id BYTEA NOT NULL,
                name TEXT COLLATE "C" NOT NULL,
                number BIGINT NOT NULL,
                due_at BIGINT NOT NULL,
                state TEXT COLLATE "C" NOT NULL,
                settled_at BIGINT,
                reason TEXT COLLATE "C",
                generation BIGINT,
                PRIMARY KEY (connection_id, name, number)
            );
            CREATE UNIQUE INDEX connection_promise_open ON connection_promise (connection_id, name) WHERE state = 'open';
            CREATE INDEX connection_promise_settled ON connection_promise (settled_at) WHERE settled_at IS NOT NULL;
            CREATE TABLE connection_event (
                id BYTEA NOT NULL PRIMARY KEY,
                connection_id BYTEA NOT NULL,
                organization_path TEXT COLLATE "C" NOT NULL,
                kind TEXT COLLATE "C" NOT NULL,
                generation BIGINT NOT NULL,
                status TEXT COLLATE "C" NOT NULL,
                reason TEXT COLLATE "C",
                at BIGINT NOT NULL,
                delivered_at BIGINT
            );
            CREATE INDEX connection_event_connection ON connection_event (connection_id, id);
            CREATE INDEX connection_event_undelivered ON connection_event (id) WHERE delivered_at IS NULL;
            """
    )
}
