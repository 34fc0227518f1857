extension Migration {
    /// Keys for each organization and for each holder of sealed values, what knows the master keys again, and receipts for what was
    /// destroyed.
    static let migration0020 = Migration(
        number: 20, name: "custody",
        sqlite: """
            CREATE TABLE master_key (
                id TEXT NOT NULL PRIMARY KEY,
                canary BLOB NOT NULL,
                first_seen_at INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE organization_key (
                organization_id BLOB NOT NULL PRIMARY KEY REFERENCES organization (id),
                wrapped_by TEXT NOT NULL,
                wrapped BLOB NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX organization_key_wrapped_by ON organization_key (wrapped_by, organization_id);
            CREATE TABLE data_key (
                id BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL,
                holder TEXT NOT NULL,
                wrapped BLOB NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX data_key_holder ON data_key (holder, id);
            CREATE INDEX data_key_organization ON data_key (organization_id, id);
            CREATE TABLE shredding_receipt (
                id BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL,
                holder TEXT NOT NULL,
                receipt TEXT NOT NULL,
                at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX shredding_receipt_organization ON shredding_receipt (organization_id, id);
            CREATE INDEX shredding_receipt_holder ON shredding_receipt (holder, id);
            """,
        postgres: """
            CREATE TABLE master_key (
                id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
                canary BYTEA NOT NULL,
                first_seen_at BIGINT NOT NULL
            );
            CREATE TABLE organization_key (
                organization_id BYTEA NOT NULL PRIMARY KEY REFERENCES organization (id),
                wrapped_by TEXT COLLATE "C" NOT NULL,
                wrapped BYTEA NOT NULL,
                created_at BIGINT NOT NULL
            );
            CREATE INDEX organization_key_wrapped_by ON organization_key (wrapped_by, organization_id);
            CREATE TABLE data_key (
                id BYTEA NOT NULL PRIMARY KEY,
                organization_id BYTEA NOT NULL,
                holder TEXT COLLATE "C" NOT NULL,
                wrapped BYTEA NOT NULL,
                created_at BIGINT NOT NULL
            );
            CREATE INDEX data_key_holder ON data_key (holder, id);
            CREATE INDEX data_key_organization ON data_key (organization_id, id);
            CREATE TABLE shredding_receipt (
                id BYTEA NOT NULL PRIMARY KEY,
                organization_id BYTEA NOT NULL,
                holder TEXT COLLATE "C" NOT NULL,
                receipt TEXT COLLATE "C" NOT NULL,
                at BIGINT NOT NULL
            );
            CREATE INDEX shredding_receipt_organization ON shredding_receipt (organization_id, id);
            CREATE INDEX shredding_receipt_holder ON shredding_receipt (holder, id);
            """
    )
}
