package import NIOCore
package import ProviderDefinition

/// Where requests to providers may lead.
package struct OutboundReach: Sendable {
    private enum Way {
        case providers
        case simulator(String)
    }

    private let way: Way

    private init(_ way: Way) {
        self.way = way
    }

    /// To the providers themselves, at public addresses.
    package static let providers = OutboundReach(.providers)

    /// To a simulator, whose first part of the path is the provider's host. For development: nothing is encrypted, and any address
    /// may be reached.
    ///
    /// - Parameter base: `http://` with host and port, without a path; nil for anything else.
    package static func simulator(at base: String) -> OutboundReach? {
        guard base.wholeMatch(of: /http:\/\/[A-Za-z0-9.-]{1,253}:[0-9]{1,5}/) != nil else { return nil }
        return OutboundReach(.simulator(base))
    }

    /// Where a request is sent.
    func address(of request: ProviderRequest) -> String {
        switch way {
        case .providers: request.address
        case .simulator(let base): "\(base)/\(request.host)\(request.target)"
        }
    }

    /// The address of a page at a provider, as a browser is to open it.
    func mapped(_ address: String) -> String {
        guard case .simulator(let base) = way, address.hasPrefix("https://") else { return address }
        return "\(base)/\(address.dropFirst("https://".count))"
    }

    /// Whether a connection may go on that reached this address.
    func allows(_ address: SocketAddress) -> Bool {
        switch way {
        case .simulator: true
        case .providers: PublicAddress.isPublic(address)
        }
    }
}
