import Connections
import CredentialFormat
import HTTPServing
import Logging
import Model
import Outbound
import Persistence
import ProductDefinition
import ProviderDefinition
import ServiceLifecycle
import Tokens

/// All that connects accounts at providers and looks after them. Where the product offers no provider, nothing of it is started and
/// nothing asked of the database, and it answers for what there may be from before.
final class ProviderDesk: Sendable {
    let offers: [OfferedProvider]
    let clients: ProviderClients
    let seals: SealInspection
    let service: ConnectionService
    /// Tokens for backends, and calls in a connection's name.
    let use: ConnectionUse
    let engine: RenewalEngine
    let prober: HealthProber
    let pushes: PushDesk
    let throttle: ProviderThrottle
    let journal: JournalFile
    let census: ConnectionCensus
    let measures: RenewalMeasures
    let pushMeasures = ProviderPushMeasures()
    let clocks: ProviderClocks
    private let outbound: OutboundCall
    private let configuration: ServerConfiguration
    private let store: any Store
    private let now: @Sendable () -> Instant
    private let logger: Logger

    /// - Parameter catalogue: Nothing may be in it where the product offers nothing.
    init(
        _ configuration: ServerConfiguration, _ product: Product, _ catalogue: ProviderCatalogue, store: any Store,
        node: ID<Node>, keyRing: KeyRing, organizationKeys: OrganizationKeys, logger: Logger,
        now: @escaping @Sendable () -> Instant
    ) {
        offers = product.providers
        self.configuration = configuration
        self.store = store
        self.now = now
        self.logger = logger
        let vault = ConnectionVault(keys: organizationKeys, environment: product.brand.text)
        let simulator = configuration.providerSimulator.flatMap(OutboundReach.simulator)
        let outbound = OutboundCall(simulator ?? .providers, on: EventLoops.group)
        self.outbound = outbound
        let throttle = ProviderThrottle(
            others: Dictionary(
                product.providers.compactMap { offer in offer.callsPerSecond.map { (offer.provider, $0) } },
                uniquingKeysWith: { first, _ in first }))
        self.throttle = throttle
        let clocks = ProviderClocks(over: outbound, now: now)
        self.clocks = clocks
        let measures = RenewalMeasures()
        self.measures = measures
        journal = JournalFile(path: configuration.recoveryJournalPath)
        clients = ProviderClients(store: store, vault: vault, now: now)
        seals = SealInspection(store: store, vault: vault, now: now)
        let engine = RenewalEngine(
            store: store, node: node, vault: vault, keyRing: keyRing,
            journal: RecoveryJournal(path: configuration.recoveryJournalPath), throttle: throttle,
            provider: { catalogue[$0] },
            caller: MeasuredRenewal(ChainedRenewal(over: clocks), by: measures), logger: logger, now: now)
        self.engine = engine
        let service = ConnectionService(
            store: store, node: node, vault: vault, keyRing: keyRing, product: product,
            offers: product.providers, catalogue: catalogue, transport: outbound, engine: engine,
            issuer: configuration.issuer, logger: logger, now: now)
        self.service = service
        prober = HealthProber(service)
        use = ConnectionUse(service, relay: outbound)
        pushes = PushDesk(service)
        census = ConnectionCensus(store: store, now: now, logger: logger)
    }

    /// Whether there is anything to look after.
    var isOffering: Bool { !offers.isEmpty }

    /// What a start does before anything listens: the journal is ours, what waits in it is handed on, our clients are there, and the
    /// secrets of files and settings are in force.
    ///
    /// - Throws: ``CommandError`` for a journal or for secrets in files or settings that cannot be used.
    func prepare() async throws {
        guard isOffering else { return }
        let secrets = try secretsElsewhere()
        try journal.take()
        try await engine.start()
        for offer in offers {
            try await clients.ensure(offer)
            guard let said = secrets[offer.provider] else { continue }
            do {
                try await clients.adopt(said, of: offer)
            } catch StoreError.constraint(.unique) {
                // Another node did at the same moment.
                try await clients.adopt(said, of: offer)
            }
        }
    }

    /// Has every client of ours show a made-up secret where it has none: a simulator knows it by the first that it is shown.
    func makeUpSecrets(as actor: Actor) async throws {
        let secrets = try secretsElsewhere()
        for offer in offers where secrets[offer.provider] == nil {
            let access = try await clients.ensure(offer)
            let time = now()
            guard try await store.read({ tx in try tx.providerAccessSecrets(of: access.id, at: time) }).isEmpty else {
                continue
            }
            try await clients.setSecret("demo-\(access.id)", of: offer, as: actor)
        }
    }

    /// What runs while the server does. It ends in the opposite order, so requests can be made to the end.
    ///
    /// - Parameter isCounted: Whether anybody is told how many connections there are.
    func services(isCounted: Bool) -> [any Service] {
        let record = use.record
        let uses = PeriodicFlush("uses of connections", every: .seconds(5), logger: logger) { isLast in
            try await record.flush(all: isLast)
        }
        let always: [any Service] = [outbound, uses]
        guard isOffering else { return always }
        return always + upkeep + (isCounted ? [census] : [])
    }

    /// What ends before everything else, so it starts last.
    var farewell: any Service { RelayFarewell(outbound: outbound, use: use, logger: logger) }

    /// What keeps promises: the one place that says who does.
    private var upkeep: [any Service] { [ConnectionUpkeep(engine: engine, prober: prober, logger: logger)] }

    /// The providers at which nobody else can set the secret: all of them where that cannot be said now.
    @Sendable func readAtStart() -> Set<String> {
        do {
            return Set(try secretsElsewhere().keys)
        } catch {
            return Set(offers.map(\.provider))
        }
    }

    /// The secrets that each start reads from files and settings, so that nobody else can set them. By the provider's name.
    func secretsElsewhere() throws -> [String: [String]] {
        try ProviderSecrets(configuration, for: offers).byProvider
    }
}
