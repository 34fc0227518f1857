package import Policy

/// A right at Claviger's own API and pages.
package enum Permission: String, Hashable, Sendable, CaseIterable {
    case organizationsRead = "organizations.read"
    case organizationsManage = "organizations.manage"
    case membersRead = "members.read"
    case membersManage = "members.manage"
    /// Contacts with their access keys.
    case contactsRead = "contacts.read"
    case contactsManage = "contacts.manage"
    case integrationsRead = "integrations.read"
    case integrationsManage = "integrations.manage"
    /// See again what was shown at the creation, where the product keeps it.
    case integrationsReveal = "integrations.reveal"
    case appsRead = "apps.read"
    case appsManage = "apps.manage"
    case grantsRead = "grants.read"
    case grantsManage = "grants.manage"
    /// Tells who a signed-in user is, so that they need not sign in here again. For backends.
    case consoleSessionsCreate = "console-sessions.create"
    case apiKeysRead = "api-keys.read"
    case apiKeysManage = "api-keys.manage"
    /// Accounts at providers that are connected.
    case connectionsRead = "connections.read"
    case connectionsManage = "connections.manage"
    /// Get their access tokens, and call their providers in their name. For backends.
    case connectionsUse = "connections.use"
    /// Where it is told what becomes of credentials, and what was told.
    case webhooksRead = "webhooks.read"
    case webhooksManage = "webhooks.manage"
    case auditEventsRead = "audit-events.read"
    /// For the operator alone.
    case accountsManage = "accounts.manage"
    /// For the operator alone.
    case resourceServersManage = "resource-servers.manage"

    /// What only a member or credential of the operator's own organization may hold.
    package var isForOperator: Bool {
        switch self {
        case .accountsManage, .resourceServersManage: true
        case .organizationsRead, .organizationsManage, .membersRead, .membersManage, .contactsRead, .contactsManage,
            .integrationsRead, .integrationsManage, .integrationsReveal, .appsRead, .appsManage, .grantsRead,
            .grantsManage, .consoleSessionsCreate, .apiKeysRead, .apiKeysManage, .connectionsRead, .connectionsManage,
            .connectionsUse, .webhooksRead, .webhooksManage, .auditEventsRead:
            false
        }
    }

    /// The scope `claviger:<permission>` that gives this right to a credential.
    package var scope: Scope? { Scope(Scope.managementPrefix + rawValue) }

    /// The right that a management scope gives, nil for any other scope.
    package init?(_ scope: Scope) {
        guard scope.isManagement, let permission = Self.byScope[scope.name] else { return nil }
        self = permission
    }

    /// All of them, in the order of their names.
    package static let inOrder = allCases.sorted { $0.rawValue < $1.rawValue }

    private static let byScope = Dictionary(
        uniqueKeysWithValues: allCases.map { (Scope.managementPrefix + $0.rawValue, $0) })
}

extension ScopeSet {
    /// The rights at Claviger's own API that these scopes give.
    package var permissions: Set<Permission> { Set(scopes.compactMap(Permission.init)) }

    /// These without the management scopes whose right is not among `permissions`.
    package func limited(to permissions: Set<Permission>) -> ScopeSet {
        let held = self.permissions
        guard !held.isSubset(of: permissions) else { return self }
        return subtracting(ScopeSet(held.subtracting(permissions).compactMap(\.scope)))
    }
}
