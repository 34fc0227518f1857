extension Migration {
    /// From when on an endpoint is sent what was told. What was told before and is still there is dropped.
    static let migration0041 = Migration(
        number: 41, name: "webhooks in pieces", servedFrom: 26,
        sqlite: """
            ALTER TABLE webhook_endpoint ADD COLUMN sent_from INTEGER;
            """,
        postgresParts: [
            "ALTER TABLE webhook_endpoint ADD COLUMN IF NOT EXISTS sent_from BIGINT;"
        ]
    )
}
