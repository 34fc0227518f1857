package import Connections
import ProductDefinition

/// What the pages of connections call. Without it they are not found.
package struct ConnectionDesk: Sendable {
    package let service: ConnectionService
    /// The operator's own clients at the providers.
    package let clients: ProviderClients
    private let isReadAtStart: @Sendable (String) -> Bool

    /// - Parameter isReadAtStart: Whether each start reads the secret at a provider of that name from a setting, so that another one
    ///   would hold until the next start alone.
    package init(
        service: ConnectionService, clients: ProviderClients,
        isReadAtStart: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.service = service
        self.clients = clients
        self.isReadAtStart = isReadAtStart
    }

    /// Whether the secret of our client there can be set here.
    func isKept(_ offer: OfferedProvider) -> Bool { offer.secret == .store && !isReadAtStart(offer.provider) }
}
