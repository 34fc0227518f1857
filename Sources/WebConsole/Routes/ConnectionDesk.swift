package import Connections
import ProductDefinition

/// What the pages of connections call. Without it they are not found.
package struct ConnectionDesk: Sendable {
    package let service: ConnectionService
    /// The operator's own clients at the providers.
    package let clients: ProviderClients
    private let readAtStart: @Sendable () -> Set<String>

    /// - Parameter readAtStart: The providers whose secret each start reads from a file or a setting, so that another one would hold until
    ///   the next start alone. Files are read for it.
    package init(
        service: ConnectionService, clients: ProviderClients,
        readAtStart: @escaping @Sendable () -> Set<String> = { [] }
    ) {
        self.service = service
        self.clients = clients
        self.readAtStart = readAtStart
    }

    /// The providers at which the secret of our client can be set here.
    func keptSecrets() -> Set<String> {
        Set(service.choices.filter { $0.offer.secret == .store }.map(\.offer.provider)).subtracting(readAtStart())
    }
}
