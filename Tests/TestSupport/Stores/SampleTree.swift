package import CredentialFormat
package import Credentials
package import Model
package import Organizations
package import Persistence
package import ProductDefinition
package import Tokens
import Verification

/// A store with the operator, a customer (Global ▸ Europe ▸ France, Global ▸ North America) and another customer, the
/// services over it, and callers to try them with.
package struct SampleTree: Sendable {
    package let store: any Engine
    package let clock: FixedClock
    package let product: Product
    /// The operator's own organization.
    package let desk: Organization
    package let global: Organization
    package let europe: Organization
    package let france: Organization
    package let northAmerica: Organization
    /// The root of another account.
    package let stranger: Organization
    /// The keys of the store.
    package let keys: KeyRing

    /// Has `use` work on a fresh tree.
    @discardableResult
    package static func open<R>(
        on engine: StoreUnderTest = .current, product: Product = .standard, _ use: (SampleTree) async throws -> R
    ) async throws -> R {
        try await engine.open { store in try await use(try await SampleTree(in: store, product: product)) }
    }

    /// A tree in a store that is open already, and that whoever opened it closes.
    package init(in store: any Engine, product: Product = .standard) async throws {
        let clock = FixedClock()
        let accounts = AccountService(product: product, now: clock.now)
        let organizations = OrganizationService(product: product, now: clock.now)
        func account(_ name: String, operators: Bool = false) async throws -> Organization {
            clock.advance(seconds: 1)
            return try await store.write { tx in
                let draft = AccountDraft(name: name)
                let account =
                    operators
                    ? try accounts.createOperator(draft, as: Self.theOperator, tx: tx)
                    : try accounts.create(draft, as: Self.theOperator, tx: tx)
                return account.organization
            }
        }
        func organization(_ name: String, below parent: Organization) async throws -> Organization {
            clock.advance(seconds: 1)
            return try await store.write { tx in
                try organizations.create(name: name, below: parent.id, as: Self.theOperator, tx: tx)
            }
        }
        self.store = store
        self.clock = clock
        self.product = product
        desk = try await account("Operator", operators: true)
        global = try await account("Global")
        europe = try await organization("Europe", below: global)
        france = try await organization("France", below: europe)
        northAmerica = try await organization("North America", below: global)
        stranger = try await account("Stranger")
        keys = try await Self.keyRing(over: store, at: clock)
        if product.policy.secretVisibility == .retrievable { try await keys.ensure(.clientSecrets) }
        clock.advance(seconds: 1)
    }

    /// The key ring of a store, as each node opens it for itself.
    package static func keyRing(over store: any Store, at clock: FixedClock) async throws -> KeyRing {
        guard let masterKey = MasterKey(bytes: Array(repeating: 7, count: 32)) else { throw StoreError.closed }
        return try await KeyRing.open(store: store, masterKey: masterKey, now: clock.now, clock: clock.shared)
    }

    /// The operator, with every right everywhere.
    package static let theOperator = Actor(
        .command("test"), reach: .everything, permissions: Set(Permission.allCases), requestID: "req-operator",
        address: nil)

    /// A caller of an organization, with all rights that a customer may hold, or with these.
    package func caller(of organization: Organization, _ permissions: Set<Permission> = Self.customerRights) -> Actor {
        Actor(
            .member(ID(at: 0)), reach: .subtree(organization.path), permissions: permissions, requestID: "req-caller",
            address: nil)
    }

    /// All that is not for the operator alone.
    package static let customerRights = Set(Permission.allCases.filter { !$0.isForOperator })

    /// What digests secrets here.
    package var peppers: Peppers { keys.keys.peppers }

    package var accounts: AccountService { AccountService(product: product, now: clock.now) }
    package var organizations: OrganizationService { OrganizationService(product: product, now: clock.now) }
    package var members: MembershipService { MembershipService(product: product, now: clock.now) }
    package var apiKeys: APIKeyService {
        APIKeyService(product: product, peppers: { [keys] in keys.keys.peppers }, now: clock.now)
    }
    package var integrations: IntegrationService {
        IntegrationService(
            product: product, peppers: { [keys] in keys.keys.peppers }, safe: ClientSecretSafe(keyRing: keys),
            now: clock.now)
    }
    package var contacts: ContactService { ContactService(now: clock.now) }
    package var accessKeys: AccessKeyService {
        AccessKeyService(product: product, peppers: { [keys] in keys.keys.peppers }, now: clock.now)
    }
    package var resourceServers: ResourceServerService {
        ResourceServerService(product: product, peppers: { [keys] in keys.keys.peppers }, now: clock.now)
    }

    /// Makes a key, a second after whatever was made before it.
    package func key(
        in organization: Organization, scopes: [String] = ["data.read"], lifetimeSeconds: Int? = nil,
        as actor: Actor = theOperator
    ) async throws -> Issued<APIKey> {
        clock.advance(seconds: 1)
        return try await store.write { [apiKeys] tx in
            try apiKeys.create(
                APIKeyDraft(name: "Key", lifetimeSeconds: lifetimeSeconds, scopes: scopes), in: organization.id,
                as: actor, tx: tx)
        }
    }

    /// Makes an integration, a second after whatever was made before it.
    package func integration(
        in organization: Organization, scopes: [String] = ["data.read"], as actor: Actor = theOperator
    ) async throws -> Issued<Integration> {
        clock.advance(seconds: 1)
        return try await store.write { [integrations] tx in
            try integrations.create(
                IntegrationDraft(label: "Sync", scopes: scopes), in: organization.id, as: actor, tx: tx)
        }
    }

    /// Makes a contact, a second after whatever was made before.
    package func contact(
        in organization: Organization, name: String = "Grace", member: Member? = nil, as actor: Actor = theOperator
    ) async throws -> Contact {
        clock.advance(seconds: 1)
        return try await store.write { [contacts] tx in
            try contacts.create(
                ContactDraft(name: name, member: member?.id.description), in: organization.id, as: actor, tx: tx)
        }
    }

    /// Makes an access key, a second after whatever was made before.
    package func accessKey(of contact: Contact, as actor: Actor = theOperator) async throws -> Issued<AccessKey> {
        clock.advance(seconds: 1)
        return try await store.write { [accessKeys] tx in
            try accessKeys.create(name: "Export", for: contact.id, in: contact.organization, as: actor, tx: tx)
        }
    }

    /// Makes a member, a second after whatever was made before.
    package func member(
        in organization: Organization, roles: [String], email: String = "ada@example.com",
        as actor: Actor = theOperator
    ) async throws -> Member {
        clock.advance(seconds: 1)
        return try await store.write { [members] tx in
            try members.create(
                MemberDraft(email: email, name: "Ada", roles: roles), in: organization.id, as: actor, tx: tx)
        }
    }

    /// All audit events there are, newest first.
    package func auditEvents() async throws -> [AuditEvent] {
        try await store.read { tx in
            try tx.auditEvents(.everything, matching: AuditFilter(), after: nil, limit: 10_000)
        }
    }
}
