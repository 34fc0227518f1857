import CredentialFormat
import Credentials
import Model
import OAuth
import Organizations
import Persistence
import Policy
import ProductDefinition
import SignIn
import Tokens
import Verification

/// The sample data of `claviger demo`: made when the database is empty, its secrets made anew at every start.
struct DemoData: Sendable {
    private static let accountName = "Example Ltd"
    private static let children = ["North America", "Europe"]
    private static let adminEmail = "admin@example.com"
    private static let integrationLabel = "ERP data sync"
    /// A further integration and a further key, each in an organization below.
    private static let childLabel = "Data warehouse"
    private static let childKeyName = "Nightly checks"
    private static let keyName = "Demo"
    private static let contactName = "Grace Hopper"
    private static let appName = "Sample App"
    private static let appRedirectURIs = ["http://127.0.0.1/callback", "https://client.example/callback"]
    private static let resourceServerName = "Demo API"

    let composition: Composition
    private let actor = InitialSetup.actor("demo")

    init(composition: Composition) {
        self.composition = composition
    }

    /// The sample data with fresh secrets.
    ///
    /// - Throws: ``CommandError`` for a database that holds something other than our sample data.
    func prepare() async throws -> DemoCredentials {
        let password = Initialize.generatedPassword()
        guard let email = EmailAddress(Self.adminEmail) else { throw CommandError("The admin's address is none.") }
        let digest = try await composition.keeper.digest(of: password, for: email)
        let people = try await DemoPeople(of: composition.product, composition.keeper)
        let isEmpty = try await composition.store.read { tx in try tx.operatorAccount() == nil }
        if isEmpty { try await make(digest) }
        return try await renew(password, digest, people)
    }

    private func make(_ password: PasswordDigest) async throws {
        let outcome = try await InitialSetup(composition: composition).run(
            operatorName: "Operator", accountName: Self.accountName, adminEmail: Self.adminEmail,
            adminName: "Ada Admin",
            password: password, as: actor)
        let (actor, now, product, audiences) = (actor, composition.now, composition.product, composition.audiences)
        let services = self.services
        try await composition.store.write { tx in
            let account = outcome.account.id
            try Self.choosePlan(for: account, of: product, now, as: actor, tx: tx)
            let children = try Self.children.map { name in
                try OrganizationService(product: product, now: now).create(
                    name: name, below: account, as: actor, tx: tx
                ).id
            }
            let scopes = product.scopes.all.scopes.prefix(ScopeSet.maximumCount).map(\.name)
            let reading = Self.reading(scopes)
            _ = try services.integrations.create(
                IntegrationDraft(label: Self.integrationLabel, scopes: scopes), in: account, as: actor, tx: tx)
            _ = try services.keys.create(
                APIKeyDraft(
                    name: Self.keyName, lifetimeSeconds: product.policy.apiKeyLifetimes.maximum,
                    scopes: reading),
                in: account, as: actor, tx: tx)
            if let first = children.first, let last = children.last {
                _ = try services.integrations.create(
                    IntegrationDraft(label: Self.childLabel, scopes: reading), in: first, as: actor, tx: tx)
                _ = try services.keys.create(
                    APIKeyDraft(
                        name: Self.childKeyName, lifetimeSeconds: product.policy.apiKeyLifetimes.offered.last,
                        scopes: reading), in: last, as: actor, tx: tx)
            }
            _ = try services.resourceServers.create(
                ResourceServerDraft(name: Self.resourceServerName, audiences: [audiences.standard]), as: actor, tx: tx)
        }
    }

    /// Those that only read, all where there are none.
    private static func reading(_ scopes: [String]) -> [String] {
        let reading = scopes.filter { $0.hasSuffix(".read") }
        return reading.isEmpty ? scopes : reading
    }

    /// Puts the account on a plan with which there is something to try, where the one that it has by itself has not.
    private static func choosePlan(
        for account: ID<Organization>, of product: Product, _ now: @escaping @Sendable () -> Instant, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        guard !product.plans.features(ofPlan: nil, isOperator: false).contains(.apiAccess) else { return }
        let fitting = product.plans.definitions.filter { $0.features.contains(.apiAccess) }
            .max { $0.features.count < $1.features.count }
        guard let fitting else { throw CommandError("No plan of the product has api_access: there is nothing to try.") }
        _ = try AccountService(product: product, now: now).edit(
            account, AccountEdit(plan: .some(fitting.name)), as: actor, tx: tx)
    }

    private static func appDraft(_ product: Product) -> AppDraft {
        let identity = IdentityScope.allCases.map(\.rawValue)
        let catalogue = product.scopes.all.scopes.prefix(ScopeSet.maximumCount - identity.count).map(\.name)
        return AppDraft(name: appName, redirectURIs: appRedirectURIs, scopes: identity + catalogue)
    }

    private var services:
        (
            integrations: IntegrationService, apps: AppService, keys: APIKeyService,
            resourceServers: ResourceServerService, contacts: ContactService, accessKeys: AccessKeyService
        )
    {
        let (product, keyRing, now) = (composition.product, composition.keyRing, composition.now)
        let peppers: @Sendable () -> Peppers = { keyRing.keys.peppers }
        return (
            IntegrationService(
                product: product, peppers: peppers, safe: ClientSecretSafe(keyRing: keyRing), now: now),
            AppService(product: product, peppers: peppers, now: now),
            APIKeyService(product: product, peppers: peppers, now: now),
            ResourceServerService(product: product, peppers: peppers, now: now), ContactService(now: now),
            AccessKeyService(product: product, peppers: peppers, now: now)
        )
    }

    private func renew(
        _ password: String, _ digest: PasswordDigest, _ people: DemoPeople
    ) async throws -> DemoCredentials {
        let (actor, now, product) = (actor, composition.now, composition.product)
        let (services, issuer) = (self.services, composition.configuration.issuer)
        return try await composition.store.write { tx in
            let everything = Page(limit: 200)
            guard let desk = try tx.operatorAccount(),
                let account = try AccountService(product: product, now: now).list(page: everything, as: actor, tx: tx)
                    .items
                    .first(where: { $0.organization.name == Self.accountName }),
                let integration = try services.integrations.list(in: account.id, page: everything, as: actor, tx: tx)
                    .items.first(where: { $0.label == Self.integrationLabel }),
                let key = try services.keys.list(in: account.id, page: everything, as: actor, tx: tx)
                    .items.first(where: { $0.name == Self.keyName }),
                let operatorKey = try services.keys.list(in: desk.id, page: everything, as: actor, tx: tx).items.first,
                let server = try services.resourceServers.list(page: everything, as: actor, tx: tx).items
                    .first(where: { $0.name == Self.resourceServerName })
            else {
                throw CommandError(
                    "The database holds other data than the demo's. Choose another with --data or --database.")
            }
            let hasApps = product.plans.features(ofPlan: account.plan, isOperator: false).contains(.apps)
            // A database of an earlier version has none.
            let app =
                try services.apps.list(in: account.id, page: everything, as: actor, tx: tx).items
                .first { $0.name == Self.appName }
                ?? (hasApps ? services.apps.create(Self.appDraft(product), in: account.id, as: actor, tx: tx).app : nil)
            let members = MembershipService(product: product, now: now)
            for admin in try members.list(in: account.id, page: everything, as: actor, tx: tx).items
            where admin.email.text == Self.adminEmail {
                _ = try members.edit(
                    admin.id, in: account.id, MemberEdit(password: .set(digest, for: admin.email)), as: actor, tx: tx)
            }
            let contact: (ID<Contact>, String)? =
                product.policy.accessKeys == .required
                ? try contact(in: account.id, services.contacts, services.accessKeys, tx: tx) : nil
            let organizations = try OrganizationService(product: product, now: now).list(
                within: account.id, page: everything, as: actor, tx: tx)
            return DemoCredentials(
                issuer: issuer,
                operatorKey: try services.keys.rotate(operatorKey.id, in: desk.id, force: true, as: actor, tx: tx)
                    .secret,
                accountID: account.id.description,
                organizations: organizations.items.map { (name: $0.name, id: $0.id.description) },
                adminEmail: Self.adminEmail, adminPassword: password,
                people: try people.settle(in: account.id, desk: desk.id, members, as: actor, tx: tx),
                integration: DemoCredentials.Client(
                    clientID: integration.id.description,
                    clientSecret: try services.integrations.rotate(
                        integration.id, in: account.id, force: true, as: actor, tx: tx
                    ).secret),
                resourceServer: DemoCredentials.Client(
                    clientID: server.id.description,
                    clientSecret: try services.resourceServers.rotate(server.id, force: true, as: actor, tx: tx).secret),
                app: try app.map { app in
                    (
                        DemoCredentials.Client(
                            clientID: app.id.description,
                            clientSecret: try services.apps.rotate(
                                app.id, in: account.id, force: true, as: actor, tx: tx
                            ).secret),
                        app.redirectURIs.first?.text ?? ""
                    )
                },
                apiKey: try services.keys.rotate(key.id, in: account.id, force: true, as: actor, tx: tx).secret,
                scope: key.scopes.scopes.first?.name ?? "",
                tokenPath: product.endpoints.publicPath(of: .token),
                accessKey: contact.map { (contactID: $0.0.description, key: $0.1) })
        }
    }

    /// The sample contact, with a fresh secret for its access key.
    private func contact(
        in account: ID<Organization>, _ contacts: ContactService, _ accessKeys: AccessKeyService,
        tx: borrowing Transaction
    ) throws -> (ID<Contact>, String) {
        let contact =
            try contacts.list(in: account, page: Page(limit: 200), as: actor, tx: tx).items
            .first { $0.name == Self.contactName }
            ?? contacts.create(ContactDraft(name: Self.contactName), in: account, as: actor, tx: tx)
        let known = try accessKeys.list(of: contact.id, in: account, page: Page(limit: 1), as: actor, tx: tx).items
            .first
        let issued =
            if let known {
                try accessKeys.rotate(known.id, of: contact.id, in: account, as: actor, tx: tx)
            } else {
                try accessKeys.create(name: Self.keyName, for: contact.id, in: account, as: actor, tx: tx)
            }
        return (contact.id, issued.secret)
    }
}
