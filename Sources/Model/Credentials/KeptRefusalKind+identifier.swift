package import CredentialFormat

extension KeptRefusal.Kind {
    /// The identifier of a credential of the kind, as text.
    package func text(of id: ID<AnyEntity>) -> String {
        switch self {
        case .apiKey: ID<APIKey>(value: id.value).description
        case .integration: ID<Integration>(value: id.value).description
        case .app: ID<App>(value: id.value).description
        case .grant: ID<Grant>(value: id.value).description
        case .resourceServer: ID<ResourceServer>(value: id.value).description
        }
    }

    /// The kind of an identifier and its bits, nil for what is none of them.
    package static func parse(_ text: String) -> (kind: KeptRefusal.Kind, id: ID<AnyEntity>)? {
        guard let kind = KeptRefusal.Kind(ofIdentifier: text) else { return nil }
        let value =
            switch kind {
            case .apiKey: ID<APIKey>(parsing: text)?.value
            case .integration: ID<Integration>(parsing: text)?.value
            case .app: ID<App>(parsing: text)?.value
            case .grant: ID<Grant>(parsing: text)?.value
            case .resourceServer: ID<ResourceServer>(parsing: text)?.value
            }
        return value.map { (kind, ID(value: $0)) }
    }
}
