package import CredentialFormat

/// By what calls are told apart.
package enum UsageGrouping: String, Hashable, Sendable, CaseIterable {
    case credential
    case secret
    case organization
    case scope
    case outcome
    case status
}

/// How many calls there were of one kind at one time.
package struct UsageRow: Hashable, Sendable {
    /// What they have in common. Nil is what they are not told apart by.
    package struct Group: Hashable, Sendable {
        package var kind: KeptRefusal.Kind?
        /// Nil also for calls of more credentials than are counted each by itself.
        package var credential: ID<AnyEntity>?
        /// Nil also for calls with access tokens.
        package var secret: ID<AnyEntity>?
        package var organization: ID<Organization>?
        /// What the route asked for.
        package var scopes: String?
        package var outcome: String?
        package var status: Int?

        package init() {}
    }

    /// The beginning of the hour or day, nil for all of the time together.
    package let at: Instant?
    package let group: Group
    package var calls: Int
    /// How many of them were refused.
    package var refused: Int

    package init(at: Instant?, group: Group, calls: Int, refused: Int) {
        self.at = at
        self.group = group
        self.calls = calls
        self.refused = refused
    }
}

/// From how many addresses a credential was used in the last day, and by which software last.
package struct CredentialCallers: Hashable, Sendable {
    /// One of its secrets; nil where none was shown, as with access tokens.
    package struct OfSecret: Hashable, Sendable {
        package let secret: ID<AnyEntity>?
        package let addresses: Int
        package let agent: String?

        package init(secret: ID<AnyEntity>?, addresses: Int, agent: String?) {
            self.secret = secret
            self.addresses = addresses
            self.agent = agent
        }
    }

    /// About how many different addresses (``CallerSketch``).
    package let addresses: Int
    /// What the last caller called itself (`User-Agent`), nil if nobody did.
    package let agent: String?
    package let secrets: [OfSecret]

    package init(addresses: Int, agent: String?, secrets: [OfSecret]) {
        self.addresses = addresses
        self.agent = agent
        self.secrets = secrets
    }
}

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
