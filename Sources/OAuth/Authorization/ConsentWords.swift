import Model
package import Policy
package import ProductDefinition

/// Scopes in words, in the order of the consent page.
package struct ConsentWords: Sendable {
    private static let managementGroup = "Manage your account here"

    private let catalogue: ScopeCatalogue

    package init(catalogue: ScopeCatalogue) {
        self.catalogue = catalogue
    }

    /// These scopes: identity first, then those of the catalogue, then management scopes.
    package func describe(_ scopes: ScopeSet, grantedBefore: ScopeSet) -> [ConsentScope] {
        identity(scopes, grantedBefore) + product(scopes, grantedBefore) + management(scopes, grantedBefore)
    }

    private func identity(_ scopes: ScopeSet, _ before: ScopeSet) -> [ConsentScope] {
        IdentityScope.allCases.compactMap { identity in
            guard let scope = identity.scope, scopes.contains(scope) else { return nil }
            return ConsentScope(
                scope: scope, description: identity.description, group: nil, danger: false,
                wasGranted: before.contains(scope))
        }
    }

    private func product(_ scopes: ScopeSet, _ before: ScopeSet) -> [ConsentScope] {
        catalogue.definitions.filter { scopes.contains($0.scope) }.map { definition in
            ConsentScope(
                scope: definition.scope, description: definition.description, group: definition.group,
                danger: definition.danger, wasGranted: before.contains(definition.scope))
        }
    }

    private func management(_ scopes: ScopeSet, _ before: ScopeSet) -> [ConsentScope] {
        scopes.management.scopes.compactMap { scope in
            Permission(scope).map { permission in
                ConsentScope(
                    scope: scope, description: permission.words, group: Self.managementGroup,
                    danger: permission.isDangerous, wasGranted: before.contains(scope))
            }
        }
    }
}

extension Permission {
    /// What it allows, for a user who is asked for it.
    fileprivate var words: String {
        switch self {
        case .organizationsRead: "See organizations"
        case .organizationsManage: "Create, change and delete organizations"
        case .membersRead: "See the people of the organization"
        case .membersManage: "Invite, change and remove people"
        case .contactsRead: "See contacts and their access keys"
        case .contactsManage: "Create, change and delete contacts and their access keys"
        case .integrationsRead: "See integrations"
        case .integrationsManage: "Create, change and delete integrations and their secrets"
        case .integrationsReveal: "See the secrets of integrations"
        case .appsRead: "See apps"
        case .appsManage: "Create, change and delete apps and their secrets"
        case .grantsRead: "See what people allowed apps to do"
        case .grantsManage: "Remove the access that people gave to apps"
        case .consoleSessionsCreate: "Sign people in"
        case .apiKeysRead: "See API keys"
        case .apiKeysManage: "Create, change and delete API keys"
        case .auditEventsRead: "See the audit log"
        case .accountsManage: "Create, suspend and delete accounts"
        case .resourceServersManage: "Create, change and delete resource servers"
        }
    }

    /// Whether it changes anything.
    fileprivate var isDangerous: Bool { !rawValue.hasSuffix(".read") }
}
