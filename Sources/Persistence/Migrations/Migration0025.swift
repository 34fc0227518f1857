extension Migration {
    /// When whoever made an access key left: of those who left before, as the audit log has it. On PostgreSQL in parts, so that
    /// access keys are looked up meanwhile.
    static let migration0025 = Migration(
        number: 25, name: "makers of access keys",
        sqlite: """
            ALTER TABLE access_key ADD COLUMN creator_left_at INTEGER;
            \(migration0025Leavers)
            \(migration0025Index)
            """,
        postgresParts: [
            "ALTER TABLE access_key ADD COLUMN IF NOT EXISTS creator_left_at BIGINT;", migration0025Leavers,
            migration0025Index,
        ]
    )
}

/// A maker is a member, by themself or through an app: `mem_…` or `mem_… by app_…`, with an identifier of 26 characters.
private let migration0025Leavers = """
    UPDATE access_key SET creator_left_at = (SELECT MAX(e.at) FROM audit_event e
    WHERE e.target = substr(access_key.created_by, 1, 26) AND e.action = 'member.deleted')
    WHERE created_by LIKE 'mem!_%' ESCAPE '!';
    """

private let migration0025Index = "CREATE INDEX access_key_created_by ON access_key (created_by);"
