package import CredentialFormat

/// Anything that authenticates at the OAuth endpoints with an identifier and a secret.
package enum ClientID: Hashable, Sendable, CustomStringConvertible {
    case integration(ID<Integration>)
    case app(ID<App>)
    case resourceServer(ID<ResourceServer>)

    /// The identifier that `text` spells, or nil.
    package init?(parsing text: some StringProtocol) {
        if let id = ID<Integration>(parsing: text) {
            self = .integration(id)
        } else if let id = ID<App>(parsing: text) {
            self = .app(id)
        } else if let id = ID<ResourceServer>(parsing: text) {
            self = .resourceServer(id)
        } else {
            return nil
        }
    }

    /// As it goes over the wire.
    package var description: String {
        switch self {
        case .integration(let id): id.description
        case .app(let id): id.description
        case .resourceServer(let id): id.description
        }
    }
}
