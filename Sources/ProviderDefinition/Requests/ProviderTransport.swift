import CredentialFormat

/// What came of sending a request to a provider.
package enum ProviderResponse: Sendable {
    /// The provider answered, with whatever status.
    case answered(ProviderAnswer)
    /// Certainly nothing of the request left: it may be sent again as if it had never been made.
    case notSent(code: String)
    /// It may have been taken, and no whole answer came.
    case lost(code: String)
}

/// Who sends requests to providers: over the network in a server, as a script in a test.
package protocol ProviderTransport: Sendable {
    /// Sends a request once. It returns within `timeout` whatever happens, follows no redirect and tries nothing a second time.
    ///
    /// - Parameter hosts: The only ones that it may reach.
    func send(_ request: ProviderRequest, within hosts: HostAllowList, timeout: Duration) async -> ProviderResponse

    /// Where a browser is sent for a page at a provider. Another address only where a simulator stands in for providers.
    func pageAddress(_ address: String) -> String
}

extension ProviderTransport {
    package func pageAddress(_ address: String) -> String { address }
}
