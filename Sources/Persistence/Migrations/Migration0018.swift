extension Migration {
    /// What lists say of each of many rows, where it can be read with them. Of what was before, there is none: a rotation that was
    /// under way is seen on the integration's own page, and older events have identifiers in the place of names.
    static let migration0018 = Migration(
        number: 18, name: "lists",
        sqlite: """
            ALTER TABLE integration ADD COLUMN previous_secret_ends_at INTEGER;
            ALTER TABLE audit_event ADD COLUMN acting_member BLOB;
            ALTER TABLE audit_event ADD COLUMN target_member BLOB;
            """,
        postgres: """
            ALTER TABLE integration ADD COLUMN previous_secret_ends_at BIGINT;
            ALTER TABLE audit_event ADD COLUMN acting_member BYTEA;
            ALTER TABLE audit_event ADD COLUMN target_member BYTEA;
            """
    )
}
