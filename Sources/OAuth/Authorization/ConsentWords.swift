package import Model
package import Policy
package import ProductDefinition

/// Scopes in words, in the order of the consent page.
package struct ConsentWords: Sendable {
    private let catalogue: ScopeCatalogue
    private let words: ProductWords

    package init(_ product: Product) {
        catalogue = product.scopes
        words = product.words
    }

    /// These scopes: identity first, then those of the catalogue, then management scopes.
    package func describe(_ scopes: ScopeSet, grantedBefore: ScopeSet) -> [ConsentScope] {
        identity(scopes, grantedBefore) + product(scopes, grantedBefore) + management(scopes, grantedBefore)
    }

    private func identity(_ scopes: ScopeSet, _ before: ScopeSet) -> [ConsentScope] {
        IdentityScope.allCases.compactMap { identity in
            guard let scope = identity.scope, scopes.contains(scope) else { return nil }
            return ConsentScope(
                scope: scope, description: identity.text(words), group: nil, danger: false,
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
                    scope: scope, description: permission.words(in: words),
                    group: "Manage your \(words[.account].singular) here",
                    danger: permission.isDangerous, wasGranted: before.contains(scope))
            }
        }
    }
}

extension Permission {
    /// What it allows, for people.
    package func words(in words: ProductWords) -> String {
        switch self {
        case .organizationsRead: "See \(words[.organization].plural)"
        case .organizationsManage: "Create, change and delete \(words[.organization].plural)"
        case .membersRead: "See the people of the \(words[.organization].singular)"
        case .membersManage: "Invite, change and remove people"
        case .contactsRead: "See \(words[.contact].plural) and their \(words[.accessKey].plural)"
        case .contactsManage:
            "Create, change and delete \(words[.contact].plural) and their \(words[.accessKey].plural)"
        case .integrationsRead: "See \(words[.integration].plural)"
        case .integrationsManage: "Create, change and delete \(words[.integration].plural) and their secrets"
        case .integrationsReveal: "See the secrets of \(words[.integration].plural)"
        case .appsRead: "See \(words[.app].plural)"
        case .appsManage: "Create, change and delete \(words[.app].plural) and their secrets"
        case .grantsRead: "See what people allowed \(words[.app].plural) to do"
        case .grantsManage: "Remove the access that people gave to \(words[.app].plural)"
        case .consoleSessionsCreate: "Sign people in"
        case .apiKeysRead: "See \(words[.apiKey].plural)"
        case .apiKeysManage: "Create, change and delete \(words[.apiKey].plural)"
        case .connectionsRead: "See \(words[.connection].plural)"
        case .connectionsManage: "Make, repair and end \(words[.connection].plural)"
        case .connectionsUse: "Act through \(words[.connection].plural)"
        case .webhooksRead: "See what is told to other systems"
        case .webhooksManage: "Choose what is told to other systems"
        case .auditEventsRead: "See the audit log"
        case .accountsManage: "Create, suspend and delete \(words[.account].plural)"
        case .resourceServersManage: "Create, change and delete resource servers"
        }
    }

    /// Whether it changes anything.
    fileprivate var isDangerous: Bool { !rawValue.hasSuffix(".read") }
}

extension IdentityScope {
    /// What it tells, for a user who is asked for it.
    fileprivate func text(_ words: ProductWords) -> String {
        switch self {
        case .openid: "Know who you are here"
        case .profile: "See your name and what you sign in with"
        case .email: "See your e-mail address"
        case .organization: "See the name of the \(words[.organization].singular) that you choose"
        }
    }
}
