extension Migration {
    /// Client secrets in quarantine: what was digested stands aside, and in its place is what no secret has. So whoever looks a secret up
    /// refuses it, also a version that knows nothing of this.
    static let migration0035 = Migration(
        number: 35, name: "client secrets in quarantine", servedFrom: 26,
        sqlite: """
            ALTER TABLE client_secret ADD COLUMN quarantined_at INTEGER;
            ALTER TABLE client_secret ADD COLUMN quarantined_digest BLOB;
            CREATE INDEX client_secret_quarantine ON client_secret (quarantined_digest) WHERE quarantined_digest IS NOT NULL;
            """,
        postgres: """
            ALTER TABLE client_secret ADD COLUMN quarantined_at BIGINT;
            ALTER TABLE client_secret ADD COLUMN quarantined_digest BYTEA;
            CREATE INDEX client_secret_quarantine ON client_secret (quarantined_digest) WHERE quarantined_digest IS NOT NULL;
            """
    )
}
