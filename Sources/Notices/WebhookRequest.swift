import CredentialFormat

/// A message to an endpoint as it is sent. It holds what was signed, so it prints nothing.
package struct WebhookRequest: Sendable, Redacted {
    package let address: String
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    /// - Parameters:
    ///   - id: Of the event, the same each time that it is sent.
    ///   - seconds: Since 1970: when it is sent, this time.
    ///   - header: A field of the endpoint's own.
    ///   - secrets: By which it is signed, one signature each: two while one replaces the other.
    init(
        to address: String, id: String, at seconds: Int64, _ body: [UInt8], with header: WebhookHeader?,
        signedBy secrets: [WebhookSecret]
    )
        throws
    {
        self.address = address
        self.body = body
        let signatures = try secrets.map { try $0.signature(of: id, at: seconds, body) }
        var headers = [
            ("Content-Type", "application/json"), ("webhook-id", id), ("webhook-timestamp", String(seconds)),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
        if let header { headers.append((header.name, header.value)) }
        self.headers = headers
    }
}

/// What came of sending a message.
package enum WebhookAnswer: Sendable, Hashable {
    /// - Parameters:
    ///   - retryAfter: The field of that name, as it came.
    ///   - body: Its beginning.
    case answered(status: Int, retryAfter: String?, body: [UInt8])
    /// No answer came. The code says why, such as `timeout`.
    case failed(code: String)
    /// It was broken off because the server ends.
    case brokenOff
}
