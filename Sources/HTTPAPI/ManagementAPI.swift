package import Connections
import CredentialFormat
package import Credentials
import Events
package import Model
package import Notices
import Organizations
package import Persistence
package import Policy
package import ProductDefinition
package import SignIn
package import Tokens
package import Verification

/// The management API: what its endpoints call. A class because each of them holds it, and hands it on in every call.
package final class ManagementAPI: Sendable {
    /// Each call's part of the database.
    let store: ActorStore
    let knownOrganizations: KnownOrganizations
    let product: Product
    /// Where the server is reached.
    let address: PublicAddress
    let accounts: AccountService
    let organizations: OrganizationService
    let members: MembershipService
    let contacts: ContactService
    let accessKeys: AccessKeyService
    let integrations: IntegrationService
    let apps: AppService
    let grants: GrantService
    let stewards: StewardService
    let resourceServers: ResourceServerService
    let apiKeys: APIKeyService
    /// Several of a kind together.
    let several: SeveralService
    let connections: ConnectionUse
    let webhooks: WebhookService
    let refusals: RefusalService
    let usage: UsageService
    let trial: CredentialTrial
    let auditLog = AuditLog()
    let provableLog: ProvableLog
    let sessions: SessionService
    let links: OneTimeLinkService
    let consoleSessions: ConsoleSessionService
    let secondFactors: SecondFactorService
    let letters: OwnerLetters
    let passwords: PasswordKeeper
    /// Seals or signs an access token that is made by hand.
    let sealToken: @Sendable (HandmadeToken) async throws -> String
    /// Asks all nodes whether they have heard of what was committed, and waits at most so long.
    let confirm: @Sendable (Duration) async -> FeedConfirmation
    let now: @Sendable () -> Instant
    private let replies: IdempotentReplies

    /// - Parameters:
    ///   - verifier: Whose hearing tells how long what was read may be remembered.
    ///   - address: Where the server is reached: what was created is found below it.
    ///   - keyRing: Its peppers digest secrets, and it seals the replies that may be repeated.
    ///   - connections: What customers have connected at providers: looked after by its service, and used.
    ///   - sealToken: Makes the text of an access token that is made by hand, as its integration would get it.
    ///   - confirm: Asks all nodes whether they have heard of what was committed, and waits at most so long.
    package init(
        store: any Store, verifier: CredentialVerifier, product: Product, address: PublicAddress, keyRing: KeyRing,
        passwords: PasswordHasher,
        sessions: SessionService, links: OneTimeLinkService, consoleSessions: ConsoleSessionService,
        secondFactors: SecondFactorService, letters: OwnerLetters, connections: ConnectionUse,
        webhooks: WebhookService,
        sealToken: @escaping @Sendable (HandmadeToken) async throws -> String,
        confirm: @escaping @Sendable (Duration) async -> FeedConfirmation = { _ in .alone },
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = ActorStore(store)
        knownOrganizations = KnownOrganizations(store: store, verifier: verifier)
        self.product = product
        self.address = address
        self.passwords = PasswordKeeper(hasher: passwords) { keyRing.keys.peppers }
        self.sessions = sessions
        self.links = links
        self.consoleSessions = consoleSessions
        self.secondFactors = secondFactors
        self.letters = letters
        self.connections = connections
        self.webhooks = webhooks
        self.sealToken = sealToken
        self.confirm = confirm
        provableLog = ProvableLog(issuer: address.issuer, signedFrom: keyRing)
        self.now = now
        let peppers: @Sendable () -> Peppers = { keyRing.keys.peppers }
        accounts = AccountService(product: product, now: now)
        organizations = OrganizationService(product: product, now: now)
        members = MembershipService(product: product, now: now)
        contacts = ContactService(now: now)
        accessKeys = AccessKeyService(product: product, peppers: peppers, now: now)
        integrations = IntegrationService(
            product: product, peppers: peppers, safe: ClientSecretSafe(keyRing: keyRing), now: now)
        apps = AppService(product: product, peppers: peppers, now: now)
        grants = GrantService(now: now)
        stewards = StewardService(now: now)
        resourceServers = ResourceServerService(product: product, peppers: peppers, now: now)
        apiKeys = APIKeyService(product: product, peppers: peppers, now: now)
        several = SeveralService(apiKeys: apiKeys, integrations: integrations, apps: apps)
        refusals = RefusalService(now: now)
        usage = UsageService(product: product, now: now)
        trial = CredentialTrial(product: product)
        replies = IdempotentReplies(keyRing: keyRing, now: now)
    }

    /// What `make` does and answers, in one transaction; or the reply that was kept under the call's `Idempotency-Key`.
    func creating(
        _ call: Call, _ body: JSONBody, _ make: @escaping @Sendable (borrowing Transaction) throws -> Reply
    ) async throws -> Reply {
        guard let request = try keyed(call, body) else { return try await store.write(as: call.actor, make) }
        return try await replies.reply(to: request, in: store, orMake: make)
    }

    /// The reply that was kept under the call's `Idempotency-Key`, nil where there is none. For what a provider is asked for in between
    /// and no transaction can span: ``keep(_:to:_:)`` follows.
    func keptReply(to call: Call, _ body: JSONBody) async throws -> Reply? {
        guard let request = try keyed(call, body) else { return nil }
        do {
            return try await replies.reply(to: request, in: store) { _ in throw NothingKept() }
        } catch is NothingKept {
            return nil
        }
    }

    /// Keeps the reply under the call's `Idempotency-Key`, if it has one.
    ///
    /// - Returns: It, or what was kept in the meantime for the same call.
    func keep(_ reply: Reply, to call: Call, _ body: JSONBody) async throws -> Reply {
        guard let request = try keyed(call, body) else { return reply }
        return try await replies.reply(to: request, in: store) { _ in reply }
    }

    private struct NothingKept: Error {}

    private func keyed(_ call: Call, _ body: JSONBody) throws -> IdempotentReplies.KeyedRequest? {
        try call.idempotencyKey().map { key in
            IdempotentReplies.KeyedRequest(
                key: key, actor: call.actor, caller: call.route.caller, target: call.target, body: body.bytes)
        }
    }

    /// A password and whom it is for. One value: as so many arguments of an asynchronous function they do not survive a debug
    /// build of Swift 6.3.1.
    struct NewPassword: Sendable {
        let text: String
        /// Nil where there is no such member, or the address is none: the transaction says so.
        let email: EmailAddress?
        let name: String
    }

    /// Why a password cannot be set, nil if it can.
    func problem(with password: NewPassword) -> InvalidField? {
        let owner = PasswordPolicy.Owner(email: password.email?.text ?? "", name: password.name, product: product.name)
        return PasswordPolicy.problem(with: password.text, of: owner)
    }

    /// The digest of a password that is to be set for a member, and that has no ``problem(with:)``.
    ///
    /// Nil for nobody. It takes long, so it is made before the transaction, and for nobody who may not change members there anyway.
    func passwordDigest(
        of password: NewPassword, in organization: ID<Organization>, as actor: Actor
    ) async throws -> PasswordDigest? {
        try await store.read(as: actor) { tx in
            _ = try tx.organization(organization, where: actor, may: .membersManage)
        }
        guard let email = password.email else { return nil }
        do {
            return try await passwords.digest(of: password.text, for: email)
        } catch is PasswordHashingOverloaded {
            throw StoreError.overloaded
        }
    }
}
