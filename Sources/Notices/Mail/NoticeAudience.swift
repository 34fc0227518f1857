import CredentialFormat
import Model
import Persistence
import ProductDefinition

/// Who is told by e-mail what becomes of credentials: the members of some roles, there and above, and whoever looks after one. Nobody
/// is told of what pages would not show them, nor at an address that nobody has proved.
struct NoticeAudience: Sendable {
    /// So many of an organization and those above it are told at most.
    private static let most = 100

    let product: Product
    let roles: [String]

    /// Nil where the product has nobody told.
    init?(_ product: Product) {
        guard let roles = product.policy.notifyRoles else { return nil }
        self.product = product
        self.roles = roles
    }

    /// Whether a member is told by their role.
    func isResponsible(_ member: Member) -> Bool { member.roles.contains(where: roles.contains) }

    /// Whether a member who belongs to `home` may know of an event.
    func mayKnow(_ event: LifecycleEvent, _ member: Member, of home: OrganizationPath) -> Bool {
        guard member.emailProof != nil, event.path.isWithin(home), let permission = event.permission else {
            return false
        }
        let ofRoles = member.roles.contains { product.role($0)?.permissions.contains(permission) ?? false }
        return ofRoles
            || member.permissions.contains { product.permissions(named: $0)?.contains(permission) ?? false }
    }

    /// Who there is to tell of some events, with the first and the last that each is told of. Whether they want to be told is asked when
    /// it is sent.
    func listeners(
        to events: [LifecycleEvent], tx: borrowing Transaction
    ) throws -> [ID<Member>: (first: ID<LifecycleEvent>, last: ID<LifecycleEvent>)] {
        let told = events.filter { $0.kind.group != nil }
        let keepers = try tx.keepers(of: Array(Set(told.map(\.subject))))
        var (responsible, members) = ([OrganizationPath: [Member]](), [ID<Member>: Member]())
        var homes: [ID<Organization>: OrganizationPath] = [:]
        var found: [ID<Member>: (first: ID<LifecycleEvent>, last: ID<LifecycleEvent>)] = [:]
        for event in told {
            if responsible[event.path] == nil {
                responsible[event.path] =
                    roles.isEmpty
                    ? [] : try tx.members(of: event.path.identifiers, holding: roles, limit: Self.most)
            }
            var listeners = responsible[event.path] ?? []
            if let keeper = keepers[event.subject] {
                if members[keeper] == nil { members[keeper] = try tx.member(keeper) }
                if let member = members[keeper], !listeners.contains(where: { $0.id == keeper }) {
                    listeners.append(member)
                }
            }
            for member in listeners {
                if homes[member.organization] == nil {
                    homes[member.organization] = try tx.organization(member.organization)?.path
                }
                guard let home = homes[member.organization], mayKnow(event, member, of: home) else { continue }
                found[member.id] = (found[member.id]?.first ?? event.id, event.id)
            }
        }
        return found
    }
}

extension LifecycleEvent {
    /// What one must be allowed to see on pages to be told of it, nil where nobody is told (law 3).
    fileprivate var permission: Permission? {
        switch kind {
        case .connectionCreated, .connectionExpiring, .connectionDegraded, .connectionRecovered,
            .connectionReauthRequired, .connectionPermissionChanged, .connectionRevoked, .connectionDisconnected:
            .connectionsRead
        case .refreshTokenReuse: .grantsRead
        case .expiring, .expired, .neverUsed, .unused, .secretOld, .oldSecretIdle, .creatorLeft, .leaked,
            .newNetwork, .refusedOften, .limitReached:
            credentialPermission
        case .planChanged: .organizationsRead
        case .webhookTest: nil
        }
    }

    private var credentialPermission: Permission? {
        Self.permissions[String(subject.prefix { $0 != "_" })]
    }

    private static let permissions: [String: Permission] = [
        APIKey.prefix: .apiKeysRead, Integration.prefix: .integrationsRead, AccessKey.prefix: .contactsRead,
        App.prefix: .appsRead, Grant.prefix: .grantsRead, Organization.prefix: .organizationsRead,
    ]
}
