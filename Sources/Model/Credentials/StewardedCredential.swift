package import CredentialFormat

/// A credential of an organization that a member looks after: whoever made it, or to whom it was handed over.
package enum StewardedID: Hashable, Sendable, CustomStringConvertible {
    case apiKey(ID<APIKey>)
    case integration(ID<Integration>)
    case app(ID<App>)

    /// The kinds of credentials that are looked after.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case apiKey = "api-key"
        case integration
        case app

        /// What it takes to see those of the kind.
        package var reading: Permission {
            switch self {
            case .apiKey: .apiKeysRead
            case .integration: .integrationsRead
            case .app: .appsRead
            }
        }

        /// What it takes to change those of the kind.
        package var managing: Permission {
            switch self {
            case .apiKey: .apiKeysManage
            case .integration: .integrationsManage
            case .app: .appsManage
            }
        }

        /// The identifier of that kind with these bits.
        package func id(_ value: UInt128) -> StewardedID {
            switch self {
            case .apiKey: .apiKey(ID(value: value))
            case .integration: .integration(ID(value: value))
            case .app: .app(ID(value: value))
            }
        }
    }

    package var kind: Kind {
        switch self {
        case .apiKey: .apiKey
        case .integration: .integration
        case .app: .app
        }
    }

    /// The identifier's bits, by which the kinds are sorted together.
    package var value: UInt128 {
        switch self {
        case .apiKey(let id): id.value
        case .integration(let id): id.value
        case .app(let id): id.value
        }
    }

    /// The identifier that a text spells, nil for one of no such kind.
    package init?(parsing text: some StringProtocol) {
        if let id = ID<APIKey>(parsing: text) {
            self = .apiKey(id)
        } else if let id = ID<Integration>(parsing: text) {
            self = .integration(id)
        } else if let id = ID<App>(parsing: text) {
            self = .app(id)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .apiKey(let id): id.description
        case .integration(let id): id.description
        case .app(let id): id.description
        }
    }
}

/// What is told of a credential to whoever asks who looks after it.
package struct StewardedCredential: Hashable, Sendable {
    package let id: StewardedID
    /// What people know it by.
    package let name: String
    package let organization: ID<Organization>
    package let organizationName: String
    package let createdAt: Instant
    /// When it ends by itself, nil where it does not.
    package let expiresAt: Instant?
    /// Since when it is disabled, nil where it is not, or cannot be.
    package let disabledAt: Instant?
    /// Whether it has a secret to be rotated: public apps have none.
    package let hasSecret: Bool
    /// The member who looks after it, nil where none ever did.
    package let steward: ID<Member>?
    /// Since when nobody does, because they left.
    package let leftAt: Instant?
    /// The name of who left.
    package let formerName: String?

    package init(
        id: StewardedID, name: String, organization: ID<Organization>, organizationName: String, createdAt: Instant,
        expiresAt: Instant?, disabledAt: Instant?, hasSecret: Bool, steward: ID<Member>?, leftAt: Instant?,
        formerName: String?
    ) {
        self.id = id
        self.name = name
        self.organization = organization
        self.organizationName = organizationName
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.disabledAt = disabledAt
        self.hasSecret = hasSecret
        self.steward = steward
        self.leftAt = leftAt
        self.formerName = formerName
    }

    /// Whether it works, so that it matters who looks after it.
    package func works(at now: Instant) -> Bool {
        disabledAt == nil && expiresAt.map { $0 > now } ?? true
    }

    /// Its place in a list of several kinds.
    package var place: ID<APIKey> { ID(value: id.value) }
}
