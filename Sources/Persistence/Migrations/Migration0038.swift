extension Migration {
    /// What is due to one endpoint: whoever looks for work goes from endpoint to endpoint, and past none that has much waiting. Nodes of
    /// before go by `webhook_delivery_due`, so it stays.
    static let migration0038 = Migration(
        number: 38, name: "work by webhook", servedFrom: 26,
        sqlite: """
            CREATE INDEX webhook_delivery_work ON webhook_delivery (endpoint_id, next_at) WHERE next_at IS NOT NULL;
            """,
        postgres: """
            CREATE INDEX webhook_delivery_work ON webhook_delivery (endpoint_id, next_at) WHERE next_at IS NOT NULL;
            """
    )
}
