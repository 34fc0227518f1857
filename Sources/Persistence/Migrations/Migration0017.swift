extension Migration {
    /// Who looks after credentials, and since when nobody does because they left; and the story of one thing, or of one request, in
    /// the audit log.
    static let migration0017 = Migration(
        number: 17, name: "stewards",
        sqlite: ["api_key", "integration", "app"].map { table in
            """
            ALTER TABLE \(table) ADD COLUMN steward BLOB;
            ALTER TABLE \(table) ADD COLUMN steward_name TEXT;
            ALTER TABLE \(table) ADD COLUMN steward_left_at INTEGER;
            CREATE INDEX \(table)_steward ON \(table) (steward) WHERE steward IS NOT NULL;
            CREATE INDEX \(table)_steward_left ON \(table) (account_id) WHERE steward_left_at IS NOT NULL;
            """
        }.joined(separator: "\n") + """

            CREATE INDEX audit_event_target ON audit_event (target, id);
            CREATE INDEX audit_event_request ON audit_event (request_id, id);
            """,
        postgres: ["api_key", "integration", "app"].map { table in
            """
            ALTER TABLE \(table) ADD COLUMN steward BYTEA;
            ALTER TABLE \(table) ADD COLUMN steward_name TEXT COLLATE "C";
            ALTER TABLE \(table) ADD COLUMN steward_left_at BIGINT;
            CREATE INDEX \(table)_steward ON \(table) (steward) WHERE steward IS NOT NULL;
            CREATE INDEX \(table)_steward_left ON \(table) (account_id) WHERE steward_left_at IS NOT NULL;
            """
        }.joined(separator: "\n") + """

            CREATE INDEX audit_event_target ON audit_event (target, id);
            CREATE INDEX audit_event_request ON audit_event (request_id, id);
            """
    )
}
