import Connections
import CredentialFormat
import Foundation
import Locking
import Logging
import Model
import NIOPosix
import Outbound
import Persistence
import PersistencePostgres
import PersistenceSQLite
import ProductDefinition
import ProviderDefinition
import ServiceLifecycle
import Tokens

/// A node, or what prepares the database for nodes.
final class ProofNode: Sendable {
    /// How many are taken over, or tried in the end, at once.
    private static let width = 16
    private static let connectionsPerOrganization = 500
    /// How often is done again what others were in the way of.
    private static let attempts = 10
    /// The clock stands still during a round, so what counts by time must not be waited for.
    private static let throttle = ProviderThrottle(perSecond: 1_000_000, burst: 1_000_000)

    private let store: any Engine
    private let service: ConnectionService
    private let engine: RenewalEngine
    private let caller: KillingCaller
    private let outbound: OutboundCall
    private let clients: ProviderClients
    private let offers: [OfferedProvider]
    private let clock: ProofClock
    private let logger: Logger

    init(_ options: ProofOptions) async throws {
        guard let reach = OutboundReach.simulator(at: try options.text("simulator")),
            let master = MasterKey(text: try options.text("master-key"))
        else { throw ProofFailure("the simulator's address or the master key is malformed") }
        let clock = ProofClock(Instant(seconds: Int64(try options.number("at"))))
        let database = try options.text("database")
        store =
            database.hasPrefix("postgres://")
            ? try await PostgresStore.open(PostgresAddress(database), at: clock.now())
            : try await SQLiteStore.open(path: database, at: clock.now())
        self.clock = clock
        let name = try options.text("name")
        outbound = OutboundCall(reach, on: .singleton, caller: name)
        let ring = try await KeyRing.open(store: store, masterKey: master, now: clock.now)
        let vault = ConnectionVault(
            keys: OrganizationKeys(over: store, wrappedBy: KeyEncryptionKeys(newest: master), now: clock.now),
            environment: "proof")
        let catalogue = try ProviderCatalogue.load()
        offers = catalogue.providers.map { OfferedProvider(provider: $0.identifier, clientIdentifier: "proof") }
        var logger = Logger(label: name)
        logger.logLevel = .error
        self.logger = logger
        let folder = try options.text("folder")
        caller = KillingCaller(ChainedRenewal(over: outbound), notes: "\(folder)/\(name).killed")
        // The identifier of a node counts from the real time: it is another one after each start.
        let node = ID<Node>(at: Int64(Date().timeIntervalSince1970 * 1000))
        engine = RenewalEngine(
            store: store, node: node, vault: vault, keyRing: ring,
            journal: RecoveryJournal(path: "\(folder)/\(name).journal"), throttle: Self.throttle,
            provider: { catalogue[$0] }, caller: caller, logger: logger,
            leaseSeconds: try options.number("lease"), now: clock.now)
        service = ConnectionService(
            store: store, node: node, vault: vault, keyRing: ring,
            product: Product(name: "Proof", policy: ProductPolicy(connectionsPerAccount: 1_000_000)), offers: offers,
            catalogue: catalogue, transport: outbound, engine: engine, issuer: "https://claviger.example",
            logger: logger, now: clock.now)
        clients = ProviderClients(store: store, vault: vault, now: clock.now)
        try await engine.start()
    }

    func close() async {
        try? await outbound.close()
        await store.close()
    }

    // MARK: Commands

    func obey(_ line: String) async throws -> String {
        let words = line.split(separator: " ").map(String.init)
        if words.count > 1, let time = Int64(words[1]) { clock.set(Instant(seconds: time)) }
        switch words.first {
        case "round": return try await round(killAfter: words.count > 3 ? Int(words[3]) : nil)
        case "serve": return try await serve(until: words.count > 2 ? Int(words[2]) ?? 0 : 0)
        case "prove": return try await prove()
        case "report": return try await report()
        default: throw ProofFailure("\(line) is no command")
        }
    }

    private func round(killAfter answers: Int?) async throws -> String {
        caller.arm(answers)
        let begin = ContinuousClock.now
        var counts: [String: Int] = [:]
        while true {
            let outcomes = try await Self.patiently { [engine] in try await engine.round(limit: 200) }
            for outcome in outcomes { counts[outcome.word, default: 0] += 1 }
            // What is not done at this time is not done by asking again at the same.
            guard outcomes.contains(where: { $0.isDone }) else { break }
        }
        return try Self.json(RoundReport(outcomes: counts, seconds: (ContinuousClock.now - begin) / .seconds(1)))
    }

    /// Renews what is due as a server does, until that many answers came; with none to wait for, for a few seconds.
    private func serve(until wanted: Int) async throws -> String {
        caller.arm(nil)
        let (before, begin) = (caller.answers, ContinuousClock.now)
        let services = ServiceGroup(
            services: [ConnectionUpkeep(engine: engine, prober: nil, logger: logger)], logger: logger)
        let running = Task { try await services.run() }
        while wanted > 0 ? caller.answers - before < wanted : ContinuousClock.now - begin < Self.idle {
            guard ContinuousClock.now - begin < Self.longest else {
                throw ProofFailure("of \(wanted) answers \(caller.answers - before) came in time")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        // What was begun is saved before it ends.
        await services.triggerGracefulShutdown()
        try await running.value
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        return try Self.json(RoundReport(outcomes: ["renewed": caller.answers - before], seconds: seconds))
    }

    private static let idle = Duration.seconds(3)
    private static let longest = Duration.seconds(900)

    /// What `work` finds. Where other nodes were in the way, it is done again, as a server does it again at its next look.
    private static func patiently<Found: Sendable>(
        _ work: @Sendable () async throws -> Found
    ) async throws -> Found {
        for _ in 1..<attempts {
            do {
                return try await work()
            } catch let error as StoreError where error.isTemporary {}
        }
        return try await work()
    }

    /// Every connection, once: whether what is kept of it works.
    private func prove() async throws -> String {
        caller.arm(nil)
        let connections = try await all()
        let failures = try await Self.each(connections) { [engine] connection -> Found? in
            guard connection.status.isRenewed else { return Found(connection, "not tried") }
            let outcome = try await Self.patiently { try await engine.renew(connection.id) }
            guard case .renewed = outcome else { return Found(connection, outcome.word) }
            return nil
        }
        return try Self.json(Proved(tried: connections.count, failures: failures.compactMap(\.self)))
    }

    private func report() async throws -> String {
        var report = Report()
        for connection in try await all() {
            let promises = try await store.read { tx in try tx.promises(of: connection.id, limit: 1000) }
            report.statuses[connection.status.rawValue, default: 0] += 1
            for promise in promises {
                let isExplained = promise.reason != nil
                switch promise.state {
                case .open:
                    report.promises[promise.dueAt < clock.now() ? "overdue" : "open", default: 0] += 1
                case .kept: report.promises["kept", default: 0] += 1
                case .late, .broken:
                    report.promises["\(promise.state.rawValue)\(isExplained ? "" : " unexplained")", default: 0] += 1
                    report.reasons["\(promise.state.rawValue): \(promise.reason ?? "?")", default: 0] += 1
                }
            }
        }
        return try Self.json(report)
    }

    private func all() async throws -> [Connection] {
        var found: [Connection] = []
        let roots = try await store.read { tx in try tx.accounts(after: nil, limit: 10_000) }
        for account in roots {
            found += try await store.read { tx in
                try tx.connections(.organization(account.organization.path), after: nil, limit: 10_000)
            }
        }
        return found
    }

    // MARK: Preparation

    /// Takes over grants as another system would hand them over: an object with a list for each provider.
    func adopt(_ file: String) async throws -> String {
        let grants = try JSONDecoder().decode([String: [Grant]].self, from: Data(contentsOf: URL(filePath: file)))
        let time = clock.now()
        try await store.write { tx in try tx.insert(Self.account("Operator", isOperator: true, at: time)) }
        for offer in offers where grants[offer.provider] != nil {
            try await clients.setSecret("s3cret", of: offer, as: Self.theOperator)
        }
        let listed = grants.flatMap { provider, list in list.map { (provider, $0) } }
        var homes: [Account] = []
        for number in 0...(listed.count / Self.connectionsPerOrganization) {
            clock.set(time.adding(seconds: number + 1))
            let home = Self.account("Customer \(number + 1)", isOperator: false, at: clock.now())
            try await store.write { tx in try tx.insert(home) }
            homes.append(home)
        }
        let items = listed.enumerated().map { number, grant in
            Adoption(
                draft: ImportDraft(
                    provider: grant.0, name: grant.1.account, accessToken: grant.1.access, refreshToken: grant.1.refresh
                ),
                home: homes[number / Self.connectionsPerOrganization].id)
        }
        let ends = try await Self.each(items) { [service] item -> String? in
            let outcome = try await service.adopt(item.draft, in: item.home, as: Self.theOperator)
            guard case .connected = outcome else { return "\(item.draft.provider): \(outcome)" }
            return nil
        }
        let failures = ends.compactMap(\.self)
        guard failures.isEmpty else { throw ProofFailure("\(failures.count) were not taken over: \(failures[0])") }
        return #"{"connections": \#(items.count)}"#
    }

    private static let theOperator = Actor(
        .command("proof"), reach: .everything, permissions: Set(Permission.allCases), requestID: "req-proof",
        address: nil)

    private static func account(_ name: String, isOperator: Bool, at now: Instant) -> Account {
        let id = ID<Organization>(at: now.milliseconds)
        let root = Organization(id: id, path: OrganizationPath(root: id), name: name, createdAt: now)
        return Account(organization: root, plan: nil, suspendedAt: nil, isOperator: isOperator)
    }

    /// Does something for each of many, some at once.
    private static func each<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: Result.self) { group in
            var results: [Result] = []
            for (number, item) in items.enumerated() {
                if number >= width, let result = try await group.next() { results.append(result) }
                group.addTask { try await body(item) }
            }
            for try await result in group { results.append(result) }
            return results
        }
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}
