package import Connections

/// What the pages of connections call. Without it they are not found.
package struct ConnectionDesk: Sendable {
    package let service: ConnectionService
    /// The operator's own clients at the providers.
    package let clients: ProviderClients

    package init(service: ConnectionService, clients: ProviderClients) {
        self.service = service
        self.clients = clients
    }
}
