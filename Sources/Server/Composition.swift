import CredentialFormat
import Credentials
import Events
import HTTPAPI
import HTTPServing
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Measuring
import Model
import NIOCore
import NIOPosix
import Notices
import OAuth
import Outbound
import Persistence
import PersistencePostgres
import PersistenceSQLite
import Policy
import ProductDefinition
import ProviderDefinition
import ServiceLifecycle
import SignIn
import Tokens
import Verification
import WebConsole

/// The whole house, put together from the bottom to the top. The one file that may know everything.
struct Composition {
    /// What the database is opened for.
    enum Purpose: Sendable {
        /// By a server: the database must have been set up, and for the same installation.
        case serving
        /// It may be empty, and must not be another installation's.
        case settingUp
        /// By a command to which it does not matter whose it is.
        case maintaining
    }

    let configuration: ServerConfiguration
    let installation: Installation
    let product: Product
    private let database: OpenDatabase
    let store: ObservedEngine
    let masterKeys: MasterKeys
    let organizationKeys: OrganizationKeys
    let keyRing: KeyRing
    /// The audit logs that anyone can check.
    let provableLog: ProvableLog
    let verifier: CredentialVerifier
    let audiences: AudiencePolicy
    let tokenIssuer: TokenIssuer
    let authorization: AuthorizationEndpoint
    let routes: HotRoutes
    let openID: OpenIDRoutes
    let api: ManagementAPI
    let console: WebConsole
    let passwords = PasswordHasher()
    /// Makes what is kept of passwords.
    var keeper: PasswordKeeper { PasswordKeeper(hasher: passwords) { [keyRing] in keyRing.keys.peppers } }
    let log: RequestLog
    let logger: Logger
    /// The least important line that is logged.
    let logThreshold: LogThreshold
    /// This process, among the nodes of the installation.
    let node: ID<Node>
    /// What other nodes change is heard through it; none where this process owns the database.
    let feed: RevocationFeed?
    /// Ends what has leaked.
    private let leaks: LeakRoutes
    /// For the keys of who reports it; none where nobody does, or they are in a file.
    private let partnerCalls: OutboundCall?
    /// What resource servers follow that remember.
    let stream: RevocationStream
    private let feedMetrics = FeedMetrics()
    /// What connects accounts at providers.
    let providers: ProviderDesk
    /// Where organizations are told what becomes of their credentials.
    let webhooks: WebhookService
    /// Who takes mail, nil where nobody does.
    private let postman: SendmailPostman?
    /// What members are told by e-mail.
    private let notices: NoticeChoiceService
    private let webhookCall: WebhookCall
    private let webhookMeasures = WebhookMeasures()
    private let sharedWork = SharedWorkMeasures()
    /// Those of the public listener.
    let connections: Connections
    /// What is lost while the server runs.
    let outages: Outages
    /// Whether it was told to end.
    let drain = Drain()
    let now: @Sendable () -> Instant
    /// What all nodes go by; none where this process owns the database.
    private let clock: DatabaseClock?
    /// What is to be told of traces, nil where nobody collects them.
    let spans: SpanQueue?
    /// What the libraries measure.
    let libraries = LibraryMetrics()
    /// When this process began, in seconds since 1970 by the machine's clock.
    private let begunAt = Double(SystemClock.now().milliseconds) / 1000

    /// Opens the store and the key ring, and builds everything upon them.
    ///
    /// - Parameters:
    ///   - purpose: What must be so for that.
    ///   - say: Hears that a master key was made.
    ///   - clock: Another clock than the machine's, or the database's where nodes share it.
    /// - Throws: What is wrong with the configuration, the product definition, the database or the master key, in words
    ///   for the operator.
    static func assemble(
        _ configuration: ServerConfiguration, for purpose: Purpose = .maintaining, sink: LogSink,
        saying say: (String) -> Void = { print($0) }, clock: (@Sendable () -> Instant)? = nil
    ) async throws -> Composition {
        let machine = clock ?? SystemClock.now
        let threshold = LogThreshold(configuration.logLevel)
        let logger = Logger(label: "claviger") { label in
            SinkLogHandler(
                label: label, threshold: threshold, sink: sink, format: configuration.logFormat, now: machine)
        }
        let product = try configuration.product()
        // Reading the files takes a tenth of a start.
        let needsProviders = !product.providers.isEmpty || configuration.providersPath != nil
        let catalogue =
            needsProviders ? try ProviderCatalogue.load(with: configuration.providersPath) : ProviderCatalogue([])
        try product.requireProviders(of: catalogue)
        let installation = Installation(configuration, product)
        let masterKeys = try await configuration.masterKeys(saying: say)
        let outages = Outages(logger: logger, now: machine)
        // Taken before the database is opened, which lists the connections of each node under it.
        let node = ID<Node>(at: machine().milliseconds)
        let database = try await DatabaseWait.of(configuration.database, for: purpose, logger).run {
            if purpose == .serving {
                try Preflight(configuration: configuration, installation: installation).run(opening: masterKeys)
            }
            return try await configuration.database.open(at: machine(), as: node)
        }
        let spans = configuration.traces == nil ? nil : SpanQueue()
        let store = ObservedEngine(
            database.engine, at: "\(configuration.database)", telling: outages, tracing: spans)
        do {
            let shared = configuration.database.isShared && clock == nil ? try await DatabaseClock(of: store) : nil
            let now = shared.map { shared in { @Sendable in shared.now() } } ?? machine
            switch purpose {
            case .serving, .settingUp:
                try await store.settleAuditPlaces()
                if try await installation.join(store, at: now()) {
                    logger.notice("the product definition is another one than that which was last started with")
                }
            case .maintaining: break
            }
            let keyRing = try await KeyRing.open(
                store: store, masterKey: masterKeys.newest, previousMasterKeys: masterKeys.older,
                longestTokenSeconds: product.policy.accessTokenMaximumSeconds,
                longestRefreshSeconds: product.policy.refreshTokenMaximumSeconds, now: now)
            let organizationKeys = OrganizationKeys(over: store, wrappedBy: masterKeys.wrapping, now: now)
            switch purpose {
            case .serving, .settingUp:
                try await organizationKeys.check()
                try await keyRing.noteMasterKeyInForce()
                let kept = KeptSecrets(product: product, keyRing: keyRing, now: now, logger: logger)
                try await kept.prepare(in: store)
            case .maintaining: break
            }
            return try await Composition(
                configuration, installation, product, catalogue, database, store, masterKeys, keyRing, organizationKeys,
                outages, spans, node: node, sink: sink, logger: logger, threshold: threshold, clock: shared, now: now)
        } catch {
            await store.close()
            throw error
        }
    }

    private init(
        _ configuration: ServerConfiguration, _ installation: Installation, _ product: Product,
        _ catalogue: ProviderCatalogue, _ database: OpenDatabase, _ store: ObservedEngine,
        _ masterKeys: MasterKeys, _ keyRing: KeyRing, _ organizationKeys: OrganizationKeys, _ outages: Outages,
        _ spans: SpanQueue?,
        node: ID<Node>, sink: LogSink, logger: Logger, threshold: LogThreshold,
        clock: DatabaseClock?,
        now: @escaping @Sendable () -> Instant
    ) async throws {
        self.configuration = configuration
        self.installation = installation
        self.product = product
        self.database = database
        self.store = store
        self.masterKeys = masterKeys
        self.keyRing = keyRing
        self.organizationKeys = organizationKeys
        provableLog = ProvableLog(issuer: configuration.issuer, signedFrom: keyRing)
        self.logger = logger
        logThreshold = threshold
        self.outages = outages
        self.now = now
        self.clock = clock
        self.node = node
        self.spans = spans
        log = RequestLog(
            sink: sink, format: configuration.logFormat, threshold: threshold, node: node, spans: spans)

        connections = Connections(
            configuration.connectionLimits(descriptors: Descriptors.limits.soft),
            exempt: TrustedProxies(configuration.trustedProxies + configuration.verifyGateways), logger: logger)

        let isShared = configuration.database.isShared
        // A node among others begins to believe its memory when the feed has filled it.
        let revoked = isShared ? [] : try await store.read { tx in try tx.revokedTokens(liveAt: now()) }
        let verifier = CredentialVerifier(
            store: store, keyRing: keyRing, product: product, issuer: configuration.issuer,
            revoked: RevokedTokens(revoked),
            memory: VerifierMemory(VerifierMemory.Bounds(bytes: configuration.memoryLimit.bytes)),
            hearing: isShared ? Hearing(patience: .withinTheBound) : .always,
            limiter: isShared ? RateLimiter(sharing: store) : RateLimiter(), callers: CallerHash(under: masterKeys))
        if !isShared {
            verifier.limiter.load(
                try await store.read { tx in try tx.rateCounts(liveAt: now(), limit: RateLimiter.capacity) })
        }
        let fingerprints = ChangeFingerprints(under: masterKeys)
        let stream = RevocationStream(
            of: node, isAlone: !isShared, calling: fingerprints, among: connections.limits.total,
            clock: Uptime.nanoseconds)
        // Among others, what is changed here comes back over the feed, in the one order of all changes.
        let listeners: [any FeedListener] = [verifier, organizationKeys] + (isShared ? [] : [stream])
        store.listen { changes in
            let time = now()
            for listener in listeners { listener.hear(changes, at: time) }
        }
        self.verifier = verifier
        self.stream = stream
        feed =
            isShared
            ? RevocationFeed(
                node: node, verifier: verifier, others: [organizationKeys, stream],
                graceSeconds: product.policy.revocationGraceSeconds, now: now, measure: feedMetrics.note) : nil

        providers = ProviderDesk(
            configuration, product, catalogue, store: store, node: node, keyRing: keyRing,
            organizationKeys: organizationKeys, logger: logger, now: now)

        let isDevelopment = configuration.environment == .development
        webhooks = WebhookService(
            vault: WebhookVault(keys: organizationKeys, environment: product.brand.text), product: product,
            allowsPlain: isDevelopment, now: now)
        webhookCall = WebhookCall(isDevelopment ? .anywhere : .providers, on: EventLoops.group)
        let simulator = configuration.providerSimulator.flatMap(OutboundReach.simulator)
        let partnerCalls = configuration.secretScanningKeys.map { _ in
            OutboundCall(simulator ?? .providers, on: EventLoops.group)
        }
        self.partnerCalls = partnerCalls
        let partnerKeys = configuration.secretScanningKeys.flatMap { place in
            partnerCalls.map { PartnerKeys(place, through: $0, logger: logger, now: now) }
        }
        var keySource: LeakRoutes.KeySource?
        if let partnerKeys { keySource = { await partnerKeys.keys(having: $0) } }
        let leakService = LeakService(
            product: product, peppers: { keyRing.keys.peppers }, safe: ClientSecretSafe(keyRing: keyRing), now: now)
        leaks = LeakRoutes(leakService, store: store, product: product, keys: keySource, now: now)

        let authenticator = ClientAuthenticator(brand: product.brand)
        let audiences = AudiencePolicy(standard: product.audience, issuer: configuration.issuer)
        let tokenIssuer = TokenIssuer(keyRing: keyRing, product: product, issuer: configuration.issuer)
        self.audiences = audiences
        self.tokenIssuer = tokenIssuer
        authorization = AuthorizationEndpoint(store: store, keyRing: keyRing, product: product, audiences: audiences)
        let proxies = TrustedProxies(configuration.trustedProxies)
        routes = HotRoutes(
            product: product, issuer: configuration.issuer,
            verify: VerifyEndpoint(
                verifier: verifier, product: product, audiences: audiences, proxies: proxies,
                gateways: GatewayRule(
                    addresses: configuration.verifyGateways, secret: configuration.verifyGatewaySecret),
                slips: GatewaySlipLog { slip in
                    logger.warning("a slip in a gateway's rule", metadata: ["slip": "\(slip)"])
                }),
            token: TokenEndpoint(
                authenticator: authenticator, audiences: audiences, tokenIssuer: tokenIssuer, store: store,
                keyRing: keyRing,
                product: product),
            introspection: IntrospectionEndpoint(
                authenticator: authenticator, store: store, keyRing: keyRing, product: product,
                issuer: configuration.issuer, fingerprints: fingerprints),
            revocation: RevocationEndpoint(
                authenticator: authenticator, verifier: verifier, store: store, brand: product.brand,
                issuer: configuration.issuer),
            stream: stream, verifier: verifier, proxies: proxies, isTraced: spans != nil)
        openID = OpenIDRoutes(
            product: product, issuer: configuration.issuer,
            userInfo: UserInfoEndpoint(verifier: verifier, store: store), now: now)
        let postman = configuration.mail.map { SendmailPostman(command: $0.command, from: $0.from, now: now) }
        self.postman = postman
        notices = NoticeChoiceService(
            keyRing: keyRing, product: product, issuer: configuration.issuer, sendsMail: postman != nil, now: now)
        let sessions = SessionService(store: store, keyRing: keyRing, product: product, now: now)
        let links = OneTimeLinkService(
            store: store, keyRing: keyRing, product: product, issuer: configuration.issuer, hasher: passwords,
            postman: postman, mailFailed: { logger.warning("a letter was not taken", metadata: ["error": "\($0)"]) },
            now: now)
        let consoleSessions = ConsoleSessionService(
            keyRing: keyRing, product: product, issuer: configuration.issuer,
            allowsLoopback: configuration.environment == .development, now: now)
        let emailChanges = EmailChangeService(
            store: store, keyRing: keyRing, product: product, issuer: configuration.issuer, hasher: passwords,
            postman: postman, mailFailed: { logger.warning("a letter was not taken", metadata: ["error": "\($0)"]) },
            now: now)
        let letters = OwnerLetters(
            store: store, product: product, postman: postman,
            failed: { logger.warning("a letter was not taken", metadata: ["error": "\($0)"]) })
        let sealToken: @Sendable (HandmadeToken) throws -> String = { [tokens = routes.tokens] token in
            let format = token.integration.tokenFormat
            let text = try tokenIssuer.text(
                of: token.accessToken(for: audiences.standardAudiences(for: token.scopes)), as: format)
            tokens.note(.byHand, format)
            return text
        }
        api = ManagementAPI(
            store: store, verifier: verifier, product: product,
            address: PublicAddress(issuer: configuration.issuer), keyRing: keyRing, passwords: passwords,
            sessions: sessions,
            links: links, consoleSessions: consoleSessions,
            secondFactors: SecondFactorService(keyRing: keyRing, product: product, now: now), letters: letters,
            connections: providers.use, webhooks: webhooks,
            sealToken: sealToken, confirm: { [feed] limit in await feed?.confirmation(within: limit) ?? .alone },
            now: now)
        console = WebConsole(
            try ConsoleServices(
                store: store, keyRing: keyRing, product: product, issuer: configuration.issuer, passwords: passwords,
                links: links, emailChanges: emailChanges, letters: letters, authorization: authorization,
                keepRefusal: { [refusals = verifier.refusals] in refusals.note($0, under: $1, at: $2) },
                sealToken: sealToken, confirm: { [feed] limit in await feed?.confirmation(within: limit) ?? .alone },
                nodes: { [feed, node, definition = installation.definition] in
                    feed?.view(definition: definition)
                        ?? FeedView(node: node, isShared: false, isTrusted: true, definition: definition, others: [])
                },
                connections: providers.isOffering
                    ? ConnectionDesk(
                        service: providers.service, clients: providers.clients, readAtStart: providers.readAtStart)
                    : nil,
                webhooks: webhooks, notices: notices, isDevelopment: configuration.environment == .development, now: now
            ))
    }

    /// Everything that runs while the server runs, in the order of starting. They end in the opposite order, so what was
    /// counted by the last request is still written down.
    ///
    /// - Parameters:
    ///   - read: Reads the settings anew.
    ///   - settings: Those that were read at the start.
    ///   - sockets: Where to listen instead of at the addresses of the settings.
    ///   - supervisor: What is told how the server fares.
    ///   - onReady: Told the port once everything listens.
    func services(
        rereading read: @escaping @Sendable () -> ConfigurationReport, unlike settings: [SettingInForce],
        on sockets: PassedSockets, telling supervisor: Supervisor, onReady: @escaping @Sendable (Int) async -> Void
    ) throws -> [any Service] {
        let rotation = KeyRotation(keyRing: keyRing, days: configuration.keyRotationDays, now: now, logger: logger)
        let resealing = MasterKeyReplacement(desk: masterKeyDesk, logger: logger)
        let scanner = LifecycleScanner(
            rules: LifecycleRules(secretAgeSeconds: product.policy.rotationReminderSeconds),
            rateLimits: product.rateLimits, now: now)
        let planner = notices.isOffered ? NoticePlanner(product: product, now: now) : nil
        let watch = OperatorKeyWatch(store: store, now: now, logger: logger)
        let secured = try configuration.tls.map { try Secured($0, now: now, logger: logger) }
        let certificate: [any Service] = secured.map { [$0.certificate] } ?? []
        let addresses = [configuration.tls?.listen, configuration.spoeListen, configuration.metrics]
        let begun = BegunListeners(count: 1 + addresses.count { $0 != nil }, onReady: onReady)
        return watchdog(supervisor) + spanExport() + listening() + keepingTime() + countingRates() + [
            telling(sockets),
            RevocationBeat(stream: stream),
            UsageFlush(verifier.usage, and: verifier.meter, store: store, node: node, logger: logger),
            PeriodicFlush("refusals", every: .seconds(1), logger: logger) { [refusals = verifier.refusals] _ in
                guard !refusals.isEmpty else { return }
                try await refusals.flush()
            },
            LeasedWork(.sweeping, on: store, by: node, every: 60, logger: logger, countedBy: sharedWork) {
                [product, now] store in
                try await ExpirySweeper(policy: product.policy, now: now).sweep(through: store)
            },
            LeasedWork(.noticing, on: store, by: node, every: 60, logger: logger, countedBy: sharedWork) {
                [scanner, planner] store in
                try await scanner.round(through: store)
                try await planner?.round(through: store)
            },
            webhookCall, deliverer,
            LeasedWork(
                .auditLog, on: store, by: node, every: 2, logger: logger, countedBy: sharedWork,
                when: { [log = provableLog] store in try await ProvableLogWriter(log: log).isDue(in: store) }
            ) { [log = provableLog] store in
                try await ProvableLogWriter(log: log).run(through: store)
            },
            LeasedWork(.keyRotation, on: store, by: node, every: 3600, logger: logger, countedBy: sharedWork) {
                [rotation] store in
                try await rotation.rotate(through: store)
            },
            LeasedWork(.resealing, on: store, by: node, every: 600, logger: logger, countedBy: sharedWork) {
                [resealing] store in
                try await resealing.run(through: store)
            },
            ErrandService(
                box: configuration.database.errandBox, masterKeys: masterKeys, desk: errands, now: now, logger: logger,
                noteListening: { [database] in database.note(takesErrands: $0) }),
            OutageWatch(outages: outages, store: store, node: node), masterKeyHolding,
            Reloading(
                read: read, settings: settings, threshold: logThreshold, certificate: secured?.certificate,
                drain: drain, supervisor: supervisor, logger: logger),
            watch,
        ] + mailing + partner + providers.services(isCounted: configuration.metrics != nil)
            + metricsServices([watch.metric] + Secured.metrics(of: secured), sockets, begun) + certificate
            + [try listeners(secured, sockets, begun), providers.farewell]
    }

    /// Mails members what there is to tell them. Nothing where nobody is told.
    private var mailing: [any Service] {
        guard let postman, notices.isOffered else { return [] }
        return [
            NoticeMailer(
                store: store, node: node, product: product, issuer: configuration.issuer, choices: notices,
                logger: logger, now: now
            ) { letter in
                try await postman.send(
                    Letter(
                        to: letter.to, subject: letter.subject, body: letter.plain, html: letter.html,
                        pause: Letter.Pause(at: letter.pauseAddress), name: letter.name))
            }
        ]
    }

    /// What asks for the keys of who reports leaked secrets.
    private var partner: [any Service] { partnerCalls.map { [$0] } ?? [] }

    /// Among the first to begin, so that it ends after those whose requests it tells of.
    private func spanExport() -> [any Service] {
        guard let spans, let address = configuration.traces else { return [] }
        return [
            SpanExport(spans, to: TraceCollector(at: address, on: EventLoops.group), node: node, logger: logger)
        ]
    }

    private func watchdog(_ supervisor: Supervisor) -> [any Service] {
        supervisor.watchdogInterval.map { [Watchdog(supervisor: supervisor, interval: $0, loops: EventLoops.group)] }
            ?? []
    }

    /// What commands can have done.
    var errands: ErrandDesk {
        ErrandDesk(
            store: store, product: product, keyRing: keyRing, masterKeys: masterKeyDesk, providers: providers, now: now)
    }

    private var masterKeyDesk: MasterKeyDesk {
        MasterKeyDesk(
            store: store, node: node, isAlone: isAlone, keyRing: keyRing, organizationKeys: organizationKeys, now: now)
    }

    /// Sends what is to be told.
    private var deliverer: WebhookDeliverer {
        WebhookDeliverer(
            store: store, node: node, vault: webhooks.vault, product: product, logger: logger, now: now
        ) {
            [webhookCall, webhookMeasures] in
            let outcome = await webhookCall.post(
                $0.body, to: $0.address, headers: $0.headers, within: WebhookDeliverer.patience)
            guard !Task.isCancelled else { return .brokenOff }
            webhookMeasures.note(outcome)
            switch outcome {
            case .answered(let status, let retryAfter, let body):
                return .answered(status: status, retryAfter: retryAfter, body: body)
            case .failed(let code): return .failed(code: code)
            }
        }
    }

    /// Says which master keys this node was given.
    var masterKeyHolding: MasterKeyHolding {
        MasterKeyHolding(
            store: store, node: node, isAlone: isAlone, masterKeys: masterKeys, keyRing: keyRing, logger: logger)
    }

    /// Whether no other node can be there: then who is written down beside this one has ended.
    private var isAlone: Bool { !configuration.database.isShared }

    private func listening() -> [any Service] {
        guard let feed, case .postgres(let store, let address) = database else { return [] }
        return [RevocationListening(feed, of: store, at: address, telling: outages, logger: logger)]
    }

    /// What this node says of itself to who looks after all of them.
    private func telling(_ sockets: PassedSockets) -> NodeReporting {
        let settings = AgreedSettings(configuration, installation)
        let listen = sockets[.listen] == nil ? "\(configuration.listen)" : "a passed socket"
        let hearing = verifier.hearing
        return NodeReporting(node: node, store: store, isAlone: isAlone, logger: logger) { [node, clock] in
            let ahead = clock.map { SystemClock.now().milliseconds.subtractingReportingOverflow($0.now().milliseconds) }
            return NodeReport(
                node: node, host: MachineName.current, listen: listen, version: ClavigerVersion.current,
                clockOffset: ahead.map { Int(clamping: $0.partialValue) },
                feedAge: hearing.age.map { Int(clamping: $0 / 1_000_000) }, configuration: settings.digest,
                settings: settings.digests)
        }
    }

    private func keepingTime() -> [any Service] {
        clock.map { [DatabaseClockKeeping(clock: $0, logger: logger)] } ?? []
    }

    /// Also where the product has no rate limits: a credential may have one of its own.
    private func countingRates() -> [any Service] {
        [
            PeriodicFlush("rate limits", every: .seconds(1), logger: logger) { [verifier, store] isLast in
                try await verifier.limiter.flush(to: store, isLast: isLast)
            }
        ]
    }

    private func metricsServices(
        _ further: [Metric], _ sockets: PassedSockets, _ begun: BegunListeners
    ) -> [any Service] {
        guard let address = configuration.metrics else { return [] }
        let build = BuildInfo(node: node, database: configuration.database.engineName)
        let metrics: [[Metric]] = [
            [build.metric], log.measures.metrics, [verifier.verdicts.metric] + verifier.limiter.metrics,
            routes.tokens.metrics,
            [console.signInMeasures.metric], verifier.lookUps.metrics, store.metrics, [(spans ?? SpanQueue()).metric],
            KeyMetrics(keyRing: keyRing, rotationDays: configuration.keyRotationDays).all,
            [log.lost, libraries.metric, webhookMeasures.metric, sharedWork.metric],
            feedMetrics.all(verifier.hearing, feed), verifier.memory.metrics,
            [verifier.refusals.metric, verifier.meter.metric], further,
            stream.metrics, connections.metrics, outages.metrics, ProviderMetrics(desk: providers).all,
            ProcessMetrics.all(since: begunAt),
        ]
        let few = Connections(MetricsListener.limits, exempt: TrustedProxies(), logger: logger)
        return [
            MetricsListener(
                address, unlessOn: sockets, metrics.flatMap(\.self), further: { [libraries] in libraries.all },
                on: listener(nil, nil, few), logger: logger
            ) { await begun.add() }
        ]
    }

    private func listener(
        _ routes: HotRoutes?, _ ordinary: OrdinaryResponder?, _ connections: Connections
    ) -> WireListener {
        WireListener(
            routes: routes, ordinary: ordinary, log: log, idle: .seconds(Int64(configuration.idleSeconds)),
            connections: connections,
            now: now)
    }

    /// Everything at which callers are answered. Their connections are counted together.
    private func listeners(_ secured: Secured?, _ sockets: PassedSockets, _ begun: BegunListeners) throws -> Listeners {
        let responder = try responder()
        let ordinary = OrdinaryResponder(responder, logger: logger)
        let listener = listener(routes, ordinary, connections)
        var all = [
            listener.listening(
                .listen, at: configuration.listen, unlessOn: sockets, asking: responder, logger: logger,
                over: { listener.connection(answeredBy: $0) },
                onListening: { channel in await begun.add(port: channel.localAddress?.port ?? 0) })
        ]
        if let address = configuration.spoeListen {
            all.append(("\(address)", offload(on: listener, at: address, begun)))
        }
        guard let secured else { return Listeners(all: all) }
        all.append(
            listener.listening(
                .tlsListen, at: secured.listen, unlessOn: sockets, asking: responder, logger: logger,
                over: { listener.connection(answeredBy: $0, securedBy: secured, ordinary) },
                onListening: { [logger] channel in
                    logger.notice("TLS is answered", metadata: ["port": "\(channel.localAddress?.port ?? 0)"])
                    await begun.add()
                }))
        return Listeners(all: all)
    }

    private func offload(
        on listener: WireListener, at address: ListenAddress, _ begun: BegunListeners
    ) -> any Service {
        let serving = OffloadServing(
            routes: routes, log: log, idle: listener.idle, connections: connections, now: now)
        return OffloadConnection(serving: serving).server(
            configuration: .init(address: .hostname(address.host, port: address.port)),
            onServerRunning: { [logger] channel in
                await listener.guardSocket(channel)
                logger.notice("SPOE is answered", metadata: ["port": "\(channel.localAddress?.port ?? 0)"])
                await begun.add()
            }, eventLoopGroup: EventLoops.group, logger: logger)
    }

    private func responder() throws -> some HTTPResponder<CallerContext> {
        CanonicalPaths(try router().buildResponder(), unknown: unknown().buildResponder())
    }

    private var address: PublicAddress { PublicAddress(issuer: configuration.issuer) }

    private func router() throws -> Router<CallerContext> {
        let router = Router(context: CallerContext.self, options: .autoGenerateHeadEndpoints)
        OrdinaryDoor(routes: routes, log: log, now: now).register(on: router)
        addMiddlewares(to: router)
        Readiness(store: store, outages: outages, drain: drain, definition: installation.definition).register(
            on: router)
        openID.register(on: router)
        try OpenAPIDocument(at: address).register(on: router)
        console.register(on: router)
        if providers.isOffering {
            ProviderPushRoutes(
                providers.pushes, productName: product.name, at: address, measures: providers.pushMeasures, now: now
            ).register(on: router)
        }
        leaks.register(on: router)
        let management = router.group().add(
            middleware: BearerAuthentication(
                verifier: verifier, product: product, issuer: configuration.issuer, now: now))
        api.register(on: management)
        MethodNotAllowed.register(on: router)
        return router
    }

    /// Nothing but what says that nothing is there.
    private func unknown() -> Router<CallerContext> {
        let router = Router(context: CallerContext.self)
        addMiddlewares(to: router)
        router.add(middleware: CanonicalPages(console.pagePaths, at: address))
        return router
    }

    private func addMiddlewares(to router: Router<CallerContext>) {
        // Hummingbird's own numbers, of what comes to its routes.
        if configuration.metrics != nil { router.add(middleware: MetricsMiddleware<CallerContext>()) }
        if configuration.traces != nil { router.add(middleware: TracingMiddleware<CallerContext>()) }
        router.add(
            middleware: RequestMiddleware(
                proxies: TrustedProxies(configuration.trustedProxies), log: log, now: now))
        router.add(middleware: openID.forBrowsers)
        if address.isSecure { router.add(middleware: StrictTransportMiddleware()) }
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: PageErrorMiddleware(console))
        router.add(middleware: BodyLimit())
    }
}

extension DatabaseLocation {
    /// Whether other nodes may change what is in it.
    var isShared: Bool {
        switch self {
        case .sqlite: false
        case .postgres: true
        }
    }

    /// What kind of database it is, for those who count nodes.
    fileprivate var engineName: String {
        switch self {
        case .sqlite: "sqlite"
        case .postgres: "postgres"
        }
    }

    /// Where commands leave what they ask of the process that owns the database.
    fileprivate var errandBox: ErrandBox? {
        switch self {
        case .sqlite(let path): ErrandBox(besideDatabase: path)
        case .postgres: nil
        }
    }

    /// Opens the store, and brings its schema up to date.
    ///
    /// - Throws: What is wrong with it, in words for the operator.
    ///
    /// - Parameter node: Under which the database lists the connections.
    func open(at now: Instant, as node: ID<Node>? = nil) async throws -> OpenDatabase {
        switch self {
        case .sqlite(let path): return .sqlite(try await SQLiteStore.open(path: path, at: now))
        case .postgres(let address):
            let named = node.map { address.connecting(as: "claviger \($0)") } ?? address
            return .postgres(try await PostgresStore.open(named, at: now), at: address)
        }
    }
}

/// A database that was opened, and with which engine.
enum OpenDatabase: Sendable {
    case sqlite(SQLiteStore)
    case postgres(PostgresStore, at: PostgresAddress)

    /// Says to commands whether this process takes what they ask of the one that owns the database.
    func note(takesErrands: Bool) {
        switch self {
        case .sqlite(let store): store.note(takesErrands: takesErrands)
        case .postgres: break
        }
    }

    var engine: any Engine {
        switch self {
        case .sqlite(let store): store
        case .postgres(let store, _): store
        }
    }
}
