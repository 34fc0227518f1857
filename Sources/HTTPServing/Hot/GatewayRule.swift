import CredentialFormat
package import Policy

/// Who may ask `/verify`: everybody, or known gateways alone.
package struct GatewayRule: Sendable, Redacted {
    private let addresses: [IPRange]
    private let secret: [UInt8]?

    /// Everybody: an answer tells nothing but what the caller's own credential is worth.
    package static let anyone = GatewayRule(addresses: [], secret: nil)

    /// - Parameters:
    ///   - addresses: Gateways that are known by their address.
    ///   - secret: What other gateways send in `X-Claviger-Gateway`.
    package init(addresses: [IPRange], secret: String?) {
        self.addresses = addresses
        self.secret = secret.map { Array($0.utf8) }
    }

    /// Whether the one who sent it may ask.
    func admits(_ request: HotRequest) -> Bool {
        guard !addresses.isEmpty || secret != nil else { return true }
        if let peer = request.peer, addresses.contains(where: { $0.contains(peer) }) { return true }
        guard let secret, let given = request.field("X-Claviger-Gateway") else { return false }
        return constantTimeEqual(Array(given.utf8), secret)
    }
}
