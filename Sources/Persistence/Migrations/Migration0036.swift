extension Migration {
    /// How many calls a credential may make, where those who manage it say so; and by whose calendar the quotas of an account begin.
    static let migration0036 = Migration(
        number: 36, name: "limits of credentials and zones of accounts", servedFrom: 26,
        sqlite: """
            ALTER TABLE api_key ADD COLUMN call_limit TEXT;
            ALTER TABLE integration ADD COLUMN call_limit TEXT;
            ALTER TABLE app ADD COLUMN call_limit TEXT;
            ALTER TABLE account ADD COLUMN time_zone TEXT;
            """,
        postgresParts: [
            "ALTER TABLE api_key ADD COLUMN IF NOT EXISTS call_limit TEXT COLLATE \"C\";",
            "ALTER TABLE integration ADD COLUMN IF NOT EXISTS call_limit TEXT COLLATE \"C\";",
            "ALTER TABLE app ADD COLUMN IF NOT EXISTS call_limit TEXT COLLATE \"C\";",
            "ALTER TABLE account ADD COLUMN IF NOT EXISTS time_zone TEXT COLLATE \"C\";",
        ]
    )
}
