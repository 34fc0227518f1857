package import CredentialFormat
package import Model

/// The sealed value of an endpoint's own header field. Its name stands with the endpoint.
package struct WebhookHeaderRow: Hashable, Sendable {
    package let endpoint: ID<WebhookEndpoint>
    /// Counts the values that the endpoint had one after the other, from 1.
    package let number: Int
    package let dataKey: ID<DataKeyRow>
    package let sealed: [UInt8]

    package init(endpoint: ID<WebhookEndpoint>, number: Int, dataKey: ID<DataKeyRow>, sealed: [UInt8]) {
        self.endpoint = endpoint
        self.number = number
        self.dataKey = dataKey
        self.sealed = sealed
    }
}

extension Transaction {
    /// The value of an endpoint's own header field, nil where it has none.
    package borrowing func webhookHeader(of id: ID<WebhookEndpoint>) throws -> WebhookHeaderRow? {
        try first("SELECT endpoint_id, number, data_key, sealed FROM webhook_header WHERE endpoint_id = \(id)") { row in
            WebhookHeaderRow(
                endpoint: try row.id(0), number: try row.count(1), dataKey: try row.id(2), sealed: try row.bytes(3))
        }
    }

    /// Adds a value, after the one before was removed.
    package borrowing func insert(_ header: WebhookHeaderRow) throws {
        try perform(
            """
            INSERT INTO webhook_header (endpoint_id, number, data_key, sealed)
            VALUES (\(header.endpoint), \(header.number), \(header.dataKey), \(header.sealed))
            """)
    }

    /// Removes a value with the key that it was sealed with.
    package borrowing func delete(_ header: WebhookHeaderRow) throws {
        try perform("DELETE FROM data_key WHERE holder = \(header.endpoint.description) AND id = \(header.dataKey)")
        try perform("DELETE FROM webhook_header WHERE endpoint_id = \(header.endpoint)")
    }
}
