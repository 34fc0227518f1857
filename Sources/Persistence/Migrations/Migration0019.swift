extension Migration {
    /// Requests that were refused, for a day.
    static let migration0019 = Migration(
        number: 19, name: "refusals",
        sqlite: """
            CREATE TABLE refusal (
                id BLOB NOT NULL PRIMARY KEY,
                at INTEGER NOT NULL,
                account_id BLOB NOT NULL,
                organization_path TEXT NOT NULL,
                request_id TEXT NOT NULL,
                kind TEXT NOT NULL,
                credential TEXT NOT NULL,
                token BLOB,
                door TEXT NOT NULL,
                rule TEXT NOT NULL,
                scopes TEXT NOT NULL,
                address TEXT,
                named_organization BLOB,
                grant_type TEXT,
                allowed_scopes TEXT NOT NULL,
                allowed_addresses TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX refusal_account ON refusal (account_id, id);
            CREATE INDEX refusal_organization ON refusal (organization_path, id);
            CREATE INDEX refusal_credential ON refusal (credential, rule, id);
            CREATE INDEX refusal_request ON refusal (request_id, id);
            """,
        postgres: """
            CREATE TABLE refusal (
                id BYTEA NOT NULL PRIMARY KEY,
                at BIGINT NOT NULL,
                account_id BYTEA NOT NULL,
                organization_path TEXT COLLATE "C" NOT NULL,
                request_id TEXT COLLATE "C" NOT NULL,
                kind TEXT COLLATE "C" NOT NULL,
                credential TEXT COLLATE "C" NOT NULL,
                token BYTEA,
                door TEXT COLLATE "C" NOT NULL,
                rule TEXT COLLATE "C" NOT NULL,
                scopes TEXT COLLATE "C" NOT NULL,
                address TEXT COLLATE "C",
                named_organization BYTEA,
                grant_type TEXT COLLATE "C",
                allowed_scopes TEXT COLLATE "C" NOT NULL,
                allowed_addresses TEXT COLLATE "C"
            );
            CREATE INDEX refusal_account ON refusal (account_id, id);
            CREATE INDEX refusal_organization ON refusal (organization_path, id);
            CREATE INDEX refusal_credential ON refusal (credential, rule, id);
            CREATE INDEX refusal_request ON refusal (request_id, id);
            """
    )
}
