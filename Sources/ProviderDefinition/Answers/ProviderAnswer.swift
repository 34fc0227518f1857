import CredentialFormat

/// What a provider answered. Its body may hold secrets.
package struct ProviderAnswer: Sendable, Redacted {
    package let status: Int
    package let headers: [ProviderRequest.Header]
    package let body: [UInt8]

    package init(status: Int, headers: [ProviderRequest.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
