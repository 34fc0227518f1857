import NIOCore

/// Where requests to providers and to webhooks may lead.
package struct OutboundReach: Sendable {
    /// Where a simulator is, nil for the providers themselves.
    private let base: String?
    /// Whether only public addresses may be reached.
    private let isPublicOnly: Bool

    init(base: String?, isPublicOnly: Bool) {
        self.base = base
        self.isPublicOnly = isPublicOnly
    }

    /// To the providers themselves, at public addresses.
    package static let providers = OutboundReach(base: nil, isPublicOnly: true)

    /// To any address, in the clear if so wished: for the webhooks of a developer.
    package static let anywhere = OutboundReach(base: nil, isPublicOnly: false)

    /// To a simulator, whose first part of the path is the provider's host. For development: nothing is encrypted, and any address
    /// may be reached.
    ///
    /// - Parameter base: `http://` with host and port, without a path; nil for anything else.
    package static func simulator(at base: String) -> OutboundReach? {
        guard base.wholeMatch(of: /http:\/\/[A-Za-z0-9.-]{1,253}:[0-9]{1,5}/) != nil else { return nil }
        return OutboundReach(base: base, isPublicOnly: false)
    }

    /// Where something is that a provider has at this address.
    func mapped(_ address: String) -> String {
        guard let base, address.hasPrefix("https://") else { return address }
        return "\(base)/\(address.dropFirst("https://".count))"
    }

    /// Whether a connection may go on that reached this address.
    func allows(_ address: SocketAddress) -> Bool {
        !isPublicOnly || PublicAddress.isPublic(address)
    }
}
