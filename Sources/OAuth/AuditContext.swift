package import Policy

/// What the audit log says of the request that an event came from.
package struct AuditContext: Sendable {
    package let requestID: String
    package let address: IPAddress?

    package init(requestID: String, address: IPAddress?) {
        self.requestID = requestID
        self.address = address
    }
}
