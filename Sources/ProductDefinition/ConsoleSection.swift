package import Model

/// A part of the pages that an account's people work with. A product's ``ConsolePlaces`` arrange them.
package enum ConsoleSection: String, Hashable, Sendable, CaseIterable {
    case overview, integrations, client, contacts, apps, consents, connections, people, organizations, webhooks
    case apiKeys = "api-keys"
    case auditLog = "audit-log"

    /// Without which nobody sees it; nil for what shows only what its reader may see elsewhere.
    package var permission: Permission? {
        switch self {
        case .overview: nil
        case .integrations, .client: .integrationsRead
        case .apiKeys: .apiKeysRead
        case .contacts: .contactsRead
        case .people: .membersRead
        case .apps: .appsRead
        case .consents: .grantsRead
        case .connections: .connectionsRead
        case .organizations: .organizationsRead
        case .webhooks: .webhooksRead
        case .auditLog: .auditEventsRead
        }
    }

    /// What the account's plan must include for it, nil for what comes with every plan.
    package var feature: PlanFeature? {
        switch self {
        case .integrations, .client, .apiKeys, .contacts: .apiAccess
        case .apps, .consents: .apps
        case .connections: .connections
        case .webhooks: .webhooks
        case .overview, .people, .organizations, .auditLog: nil
        }
    }

    /// Whether its page has a button that makes something.
    var makesThings: Bool {
        switch self {
        case .integrations, .apiKeys, .contacts, .apps, .connections, .people, .organizations, .webhooks: true
        case .overview, .client, .consents, .auditLog: false
        }
    }

    /// What it is called where the product gives it no title.
    package func title(in words: ProductWords) -> String {
        switch self {
        case .overview: "Overview"
        case .integrations: words[.integration].capitalizedPlural
        case .client: words[.integration].capitalized
        case .apiKeys: words[.apiKey].capitalizedPlural
        case .contacts: words[.contact].capitalizedPlural
        case .apps: words[.app].capitalizedPlural
        case .consents: "Consents"
        case .connections: words[.connection].capitalizedPlural
        case .people: words[.member].capitalizedPlural
        case .organizations: words[.organization].capitalizedPlural
        case .webhooks: "Webhooks"
        case .auditLog: "Audit log"
        }
    }
}

extension Set<ConsoleSection> {
    /// Those that a product has at all, whoever asks for them.
    init(of places: ConsolePlaces, _ policy: ProductPolicy, _ providers: [OfferedProvider]) {
        self.init(
            ConsoleSection.allCases.filter { section in
                guard !places.hidden.contains(section) else { return false }
                return switch section {
                case .integrations: policy.integrations.perOrganization == .many
                case .client: policy.integrations.perOrganization == .one
                case .contacts: policy.accessKeys != .off
                case .connections: !providers.isEmpty
                case .overview, .apiKeys, .apps, .consents, .people, .organizations, .webhooks, .auditLog: true
                }
            })
    }
}
