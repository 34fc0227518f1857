extension Migration {
    /// Contacts and their access keys.
    static let migration0014 = Migration(
        number: 14, name: "contacts",
        sqlite: """
            CREATE TABLE contact (
                id BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL REFERENCES organization (id),
                account_id BLOB NOT NULL,
                name TEXT NOT NULL,
                email TEXT,
                member_id BLOB,
                disabled_at INTEGER,
                created_at INTEGER NOT NULL,
                created_by TEXT NOT NULL,
                revision INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX contact_organization ON contact (organization_id, id);
            CREATE INDEX contact_account ON contact (account_id, id);
            CREATE UNIQUE INDEX contact_member ON contact (member_id) WHERE member_id IS NOT NULL;

            CREATE TABLE access_key (
                id BLOB NOT NULL PRIMARY KEY,
                contact_id BLOB NOT NULL REFERENCES contact (id),
                name TEXT NOT NULL,
                digest BLOB NOT NULL,
                pepper INTEGER NOT NULL,
                hint TEXT NOT NULL,
                generation INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                created_by TEXT NOT NULL,
                rotated_at INTEGER NOT NULL,
                disabled_at INTEGER,
                used_at INTEGER,
                used_from TEXT,
                uses INTEGER NOT NULL DEFAULT 0,
                revision INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX access_key_digest ON access_key (digest);
            CREATE INDEX access_key_contact ON access_key (contact_id, id);
            """,
        postgres: """
            CREATE TABLE contact (
                id BYTEA NOT NULL PRIMARY KEY,
                organization_id BYTEA NOT NULL REFERENCES organization (id),
                account_id BYTEA NOT NULL,
                name TEXT COLLATE "C" NOT NULL,
                email TEXT COLLATE "C",
                member_id BYTEA,
                disabled_at BIGINT,
                created_at BIGINT NOT NULL,
                created_by TEXT COLLATE "C" NOT NULL,
                revision BIGINT NOT NULL
            );
            CREATE INDEX contact_organization ON contact (organization_id, id);
            CREATE INDEX contact_account ON contact (account_id, id);
            CREATE UNIQUE INDEX contact_member ON contact (member_id) WHERE member_id IS NOT NULL;

            CREATE TABLE access_key (
                id BYTEA NOT NULL PRIMARY KEY,
                contact_id BYTEA NOT NULL REFERENCES contact (id),
                name TEXT COLLATE "C" NOT NULL,
                digest BYTEA NOT NULL,
                pepper BIGINT NOT NULL,
                hint TEXT COLLATE "C" NOT NULL,
                generation BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                created_by TEXT COLLATE "C" NOT NULL,
                rotated_at BIGINT NOT NULL,
                disabled_at BIGINT,
                used_at BIGINT,
                used_from TEXT COLLATE "C",
                uses BIGINT NOT NULL DEFAULT 0,
                revision BIGINT NOT NULL
            );
            CREATE UNIQUE INDEX access_key_digest ON access_key (digest);
            CREATE INDEX access_key_contact ON access_key (contact_id, id);
            """
    )
}
