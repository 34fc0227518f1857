import CredentialFormat
import Model

/// What was made or changed lately, as its announcement told. Looking it up is no guess, so no limit on guesses holds it up
/// (threat K8): a good new key gets in whatever else is tried.
///
/// Clients and organizations are known by the identifiers that were announced. API keys and access keys are known by the digests
/// of their secrets (``NewDigests``). Bounded (law 7): the last 4,096 of each.
final class Newcomers: Sendable {
    static let capacity = 4096

    let apiKeys = NewDigests<APIKey>()
    /// By their contacts.
    let accessKeys = NewDigests<Contact>()
    private let clients = BoundedMemory<ClientID, Bool>(capacity: capacity)
    private let organizations = BoundedMemory<ID<Organization>, Bool>(capacity: capacity)

    /// Takes down what was announced.
    func note(_ change: Change) {
        switch change {
        case .apiKey(let id): apiKeys.note(id)
        case .contact(let id): accessKeys.note(id)
        case .integration(let id): clients.insert(true, for: .integration(id))
        case .app(let id): clients.insert(true, for: .app(id))
        case .resourceServer(let id): clients.insert(true, for: .resourceServer(id))
        case .organization(let id): organizations.insert(true, for: id)
        case .member, .grant, .lineage, .revokedToken, .keyRing: break
        }
    }

    /// Whether the client was announced lately.
    func has(_ client: ClientID) -> Bool { clients[client] != nil }

    /// Whether the organization was announced lately.
    func has(_ organization: ID<Organization>) -> Bool { organizations[organization] != nil }
}
