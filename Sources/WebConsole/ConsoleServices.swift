import CredentialFormat
package import Credentials
import Events
package import Model
package import Notices
package import OAuth
import Organizations
package import Persistence
package import ProductDefinition
package import SignIn
package import Tokens
package import Verification

/// What the pages call, in one object: every route refers to the console several times, and copies of all of it would take six
/// kilobytes each.
package final class ConsoleServices: Sendable {
    let site: Site
    let writer: PageWriter
    let product: Product
    /// Each visitor's part of the database.
    let store: ActorStore
    /// All of it, for the few things that are of no account.
    let unconfined: any Store
    let signIns: SignInService
    let sessions: SessionService
    let secondFactors: SecondFactorService
    let links: OneTimeLinkService
    let emailChanges: EmailChangeService
    let letters: OwnerLetters
    let grants: GrantService
    let authorization: AuthorizationEndpoint
    let endSession: EndSession
    let integrations: IntegrationService
    let members: MembershipService
    let stewards: StewardService
    let organizations: OrganizationService
    let accounts: AccountService
    let resourceServers: ResourceServerService
    let apps: AppService
    let contacts: ContactService
    let accessKeys: AccessKeyService
    let apiKeys: APIKeyService
    let several: SeveralService
    let finder: CredentialFinder
    let audit: AuditLog
    let refusals: RefusalService
    let usage: UsageService
    /// Keeps what an app was refused, under the identifier of the request.
    let keepRefusal: @Sendable (RefusedRequest, String, Instant) -> Void
    let trial: CredentialTrial
    let repetitions: FormRepetitions
    /// Nil where nothing is connected.
    let connections: ConnectionDesk?
    /// Nil where nobody is told anything.
    let webhooks: WebhookService?
    /// Nil where nobody is told anything by e-mail.
    let notices: NoticeChoiceService?
    /// Seals or signs an access token made by hand.
    let sealToken: @Sendable (HandmadeToken) throws -> String
    /// Asks all nodes whether they hear, and waits at most so long.
    let confirm: @Sendable (Duration) async -> FeedConfirmation
    /// The nodes as this one sees them, nil where nothing of them is known.
    let nodes: @Sendable () -> FeedView?
    let now: @Sendable () -> Instant
    /// Whether the page of all parts is shown.
    let isDevelopment: Bool

    /// - Parameters:
    ///   - issuer: The public base URL. Links, cookies and the check of `Origin` follow it.
    ///   - links: Invitations, forgotten passwords and hand-overs.
    ///   - emailChanges: Other addresses of one's own.
    ///   - letters: Tell members what changed in how they sign in.
    ///   - keepRefusal: Keeps what an app was refused, under the identifier of the request.
    ///   - sealToken: Seals or signs an access token made by hand.
    ///   - confirm: Asks all nodes whether they hear, and waits at most so long.
    ///   - nodes: The nodes as this one sees them, nil where nothing of them is known.
    ///   - connections: What the pages of connections call, nil where nothing is connected.
    ///   - webhooks: What the pages of webhooks call, nil where nobody is told anything.
    ///   - notices: What members are told by e-mail, nil where nobody is told anything.
    ///   - isDevelopment: Whether the page of all parts is shown.
    /// - Throws: What is wrong with a template.
    package init(
        store: any Store, keyRing: KeyRing, product: Product, issuer: String, passwords: PasswordHasher,
        links: OneTimeLinkService, emailChanges: EmailChangeService, letters: OwnerLetters,
        authorization: AuthorizationEndpoint,
        keepRefusal: @escaping @Sendable (RefusedRequest, String, Instant) -> Void,
        sealToken: @escaping @Sendable (HandmadeToken) throws -> String,
        confirm: @escaping @Sendable (Duration) async -> FeedConfirmation = { _ in .alone },
        nodes: @escaping @Sendable () -> FeedView? = { nil }, connections: ConnectionDesk? = nil,
        webhooks: WebhookService? = nil, notices: NoticeChoiceService? = nil,
        isDevelopment: Bool, now: @escaping @Sendable () -> Instant
    ) throws {
        let site = Site(product: product, issuer: issuer)
        self.site = site
        writer = try PageWriter(site: site)
        self.product = product
        self.store = ActorStore(store)
        unconfined = store
        self.now = now
        self.isDevelopment = isDevelopment
        signIns = SignInService(store: store, keyRing: keyRing, product: product, hasher: passwords, now: now)
        sessions = SessionService(store: store, keyRing: keyRing, product: product, now: now)
        secondFactors = SecondFactorService(keyRing: keyRing, product: product, now: now)
        self.links = links
        self.emailChanges = emailChanges
        self.letters = letters
        grants = GrantService(now: now)
        self.authorization = authorization
        endSession = EndSession(store: store, keyRing: keyRing, issuer: issuer)
        let peppers: @Sendable () -> Peppers = { keyRing.keys.peppers }
        integrations = IntegrationService(
            product: product, peppers: peppers, safe: ClientSecretSafe(keyRing: keyRing), now: now)
        apps = AppService(product: product, peppers: peppers, now: now)
        contacts = ContactService(now: now)
        accessKeys = AccessKeyService(product: product, peppers: peppers, now: now)
        apiKeys = APIKeyService(product: product, peppers: peppers, now: now)
        several = SeveralService(apiKeys: apiKeys, integrations: integrations, apps: apps)
        finder = CredentialFinder(product: product, peppers: peppers, now: now)
        audit = AuditLog()
        refusals = RefusalService(now: now)
        usage = UsageService(product: product, now: now)
        self.keepRefusal = keepRefusal
        trial = CredentialTrial(product: product)
        repetitions = FormRepetitions(keyRing: keyRing, now: now)
        self.sealToken = sealToken
        self.confirm = confirm
        self.nodes = nodes
        self.connections = connections
        self.webhooks = webhooks
        self.notices = notices
        members = MembershipService(product: product, now: now)
        stewards = StewardService(now: now)
        organizations = OrganizationService(product: product, now: now)
        accounts = AccountService(product: product, now: now)
        resourceServers = ResourceServerService(product: product, peppers: peppers, now: now)
    }
}

/// The pages have it by its names.
extension WebConsole {
    var site: Site { services.site }
    var writer: PageWriter { services.writer }
    var product: Product { services.product }
    var store: ActorStore { services.store }
    var unconfined: any Store { services.unconfined }
    var signIns: SignInService { services.signIns }
    var sessions: SessionService { services.sessions }
    var secondFactors: SecondFactorService { services.secondFactors }
    var links: OneTimeLinkService { services.links }
    var emailChanges: EmailChangeService { services.emailChanges }
    var letters: OwnerLetters { services.letters }
    var grants: GrantService { services.grants }
    var authorization: AuthorizationEndpoint { services.authorization }
    var endSession: EndSession { services.endSession }
    var integrations: IntegrationService { services.integrations }
    var members: MembershipService { services.members }
    var stewards: StewardService { services.stewards }
    var organizations: OrganizationService { services.organizations }
    var accounts: AccountService { services.accounts }
    var resourceServers: ResourceServerService { services.resourceServers }
    var apps: AppService { services.apps }
    var contacts: ContactService { services.contacts }
    var accessKeys: AccessKeyService { services.accessKeys }
    var apiKeys: APIKeyService { services.apiKeys }
    var several: SeveralService { services.several }
    var finder: CredentialFinder { services.finder }
    var audit: AuditLog { services.audit }
    var refusals: RefusalService { services.refusals }
    var usage: UsageService { services.usage }
    var keepRefusal: @Sendable (RefusedRequest, String, Instant) -> Void { services.keepRefusal }
    var trial: CredentialTrial { services.trial }
    var repetitions: FormRepetitions { services.repetitions }
    var connections: ConnectionDesk? { services.connections }
    var webhooks: WebhookService? { services.webhooks }
    var notices: NoticeChoiceService? { services.notices }
    var sealToken: @Sendable (HandmadeToken) throws -> String { services.sealToken }
    var confirm: @Sendable (Duration) async -> FeedConfirmation { services.confirm }
    var nodes: @Sendable () -> FeedView? { services.nodes }
    var now: @Sendable () -> Instant { services.now }
    var isDevelopment: Bool { services.isDevelopment }
}
