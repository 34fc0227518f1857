import Connections
import CredentialFormat
import Foundation
import Locking
import Logging
import Model
import Persistence
import TestSupport
import Tokens

@testable import ProviderDefinition

/// Many connections on one database, and nodes that share the work: engines in this process, each with a store that can die, a journal of
/// its own, and a successor that finds that journal.
final class RenewalStorm: Sendable {
    let tree: SampleTree
    let providers: StrictProviders
    let vault: ConnectionVault
    private let folder: String
    private let nodes: Lock<[StormNode]>
    private let connections: Lock<[ID<Connection>]> = Lock([])

    private static let rotations: [(String, Renewal.Rotation)] = [
        ("steady", .none), ("lenient", .replaceOldValid), ("retaining", .retainUntilNextUsed(maximum: nil)),
        ("gracious", .grace(seconds: 86_400)), ("strict", .singleUse),
    ]
    static let weekly = ScheduledPromise(
        name: "weekly", due: .every(seconds: 7 * 86_400), action: .renew(lazily: false, sealing: true))

    init(_ tree: SampleTree, nodes count: Int, connections each: Int, seed: UInt64, folder: String) async throws {
        self.tree = tree
        self.folder = folder
        providers = StrictProviders(
            Self.rotations.map { .fake($0.1, [Self.weekly], named: $0.0) }, seed: seed, now: tree.clock.now)
        try await tree.keys.ensure(.fingerprints)
        let keys = OrganizationKeys(
            over: tree.store, wrappedBy: KeyEncryptionKeys(newest: MasterKey.generate()), now: tree.clock.now)
        vault = ConnectionVault(keys: keys, environment: "clv")
        nodes = Lock([])
        for (name, rotation) in Self.rotations {
            let access = ProviderAccess(
                id: ID(at: tree.clock.current.milliseconds), organization: tree.desk.id, provider: name,
                clientID: "client", createdAt: tree.clock.current)
            let (secret, secretKey) = try await vault.seal(
                clientSecret: "s1", of: access, generation: 1, at: tree.clock.current)
            try await tree.store.write { [tree] tx in
                try tx.insert(access)
                try tx.insert(secretKey)
                try tx.insert(secret, endingOthersAt: tree.clock.current)
            }
            for _ in 0..<each { try await connect(name, access.id, rotation) }
        }
        for number in 0..<count {
            let node = try StormNode("\(folder)/node\(number)")
            await start(node)
            nodes.withLock { $0.append(node) }
        }
        providers.setStrike { [weak self] mishap, request in try await self?.strike(mishap, request) }
    }

    private func connect(_ provider: String, _ access: ID<ProviderAccess>, _ rotation: Renewal.Rotation) async throws {
        tree.clock.advance(seconds: 1)
        let now = tree.clock.current
        let connection = Connection(
            id: ID(at: now.milliseconds), path: tree.europe.path, provider: provider, access: access, name: provider,
            status: .connected, generation: 1,
            clocks: .init(consentedAt: now, issuedAt: now, accessExpiresAt: now.adding(seconds: 86_400)),
            nextRenewalAt: now.adding(seconds: 80_000), createdAt: now)
        let (rows, key) = try await vault.seal(
            ConnectionSecrets(accessToken: "at.1", refreshToken: "rt.1"), of: connection, generation: 1, under: nil,
            isFresh: true, at: now)
        try await tree.store.write { tx in
            try tx.insert(connection)
            if let key { try tx.insert(key) }
            try tx.insert(rows, of: connection.id, at: now)
        }
        providers.add(connection.id, rotation)
        connections.withLock { $0.append(connection.id) }
    }

    // MARK: Time

    /// So much time passes, and all nodes work.
    func pass(seconds: Int) async throws {
        tree.clock.advance(seconds: seconds)
        let working = nodes.withLock { $0 }
        await withTaskGroup(of: Void.self) { group in
            for node in working {
                group.addTask {
                    guard let engine = node.engine else { return }
                    _ = try? await engine.round()
                    _ = try? await engine.round()
                }
            }
        }
        // What the dead had in hand and had not written down went with them.
        for node in working where node.isDead {
            for id in node.asked {
                let (_, token, _) = try await state(of: id)
                providers.noteLoss(of: id, unless: token)
            }
        }
        // They come back, and what they had leases of has lapsed.
        try await lapse()
        for node in working where !node.isWell {
            node.revive()
            await start(node)
        }
        for id in providers.heldUp {
            let (_, token, _) = try await state(of: id)
            providers.noteKept(of: id, if: token)
        }
    }

    private func lapse() async throws {
        try await tree.store.write { tx in _ = try tx.execute("UPDATE connection SET lease_until = 0") }
    }

    private func start(_ node: StormNode) async {
        let store = FaultyStore(tree.store)
        let id = ID<Node>(at: tree.clock.current.milliseconds)
        let engine = RenewalEngine(
            store: store, node: id, vault: vault, keyRing: tree.keys,
            journal: RecoveryJournal(path: "\(node.folder)/journal"),
            throttle: ProviderThrottle(perSecond: 1000, burst: 1000),
            provider: { [providers] in providers.files[$0] }, caller: NodeCaller(providers, of: node),
            logger: Logger(label: "test"), now: tree.clock.now, pause: { _ in })
        node.take(engine, store)
        try? await engine.start()
    }

    private func strike(_ mishap: StrictProviders.Mishap, _ request: RenewalRequest) async throws {
        guard let node = NodeCaller.current else { return }
        switch mishap {
        case .nodeKilled: node.kill()
        case .databaseGone: node.cutOff()
        case .nodePaused:
            let id = request.connection
            try await tree.store.write { tx in
                guard let found = try tx.connection(id), found.generation == request.generation else { return }
                _ = try tx.execute("UPDATE connection SET lease_until = 0 WHERE id = \(id)")
            }
            let other = nodes.withLock { $0.first { $0 !== node && $0.isWell } }
            _ = try await other?.engine?.renew(id, ifGeneration: request.generation)
        case .notSent, .throttled, .answerLost: break
        }
    }

    // MARK: What is found

    func state(of id: ID<Connection>) async throws -> (Connection, String?, [ConnectionPromise]) {
        let (found, rows, keys, promises) = try await tree.store.read { tx in
            let found = try tx.connection(id)
            return (
                found, try tx.connectionSecrets(of: id, generation: found?.generation ?? 0),
                try tx.dataKeys(of: id.description), try tx.promises(of: id, limit: 1000)
            )
        }
        guard let found else { throw StoreError.closed }
        return (found, try await vault.open(rows, of: found, under: keys)?.refreshToken, promises)
    }
}

/// A node: an engine, and what it leaves behind when it dies.
final class StormNode: Sendable {
    private struct State {
        var engine: RenewalEngine?
        var store: FaultyStore?
        var isWell = true
        var isDead = false
        var asked: Set<ID<Connection>> = []
    }

    let folder: String
    private let state = Lock(State())

    init(_ folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    var engine: RenewalEngine? { state.withLock(\.engine) }
    var isWell: Bool { state.withLock(\.isWell) }
    var isDead: Bool { state.withLock(\.isDead) }
    /// For which connections it asked a provider.
    var asked: Set<ID<Connection>> { state.withLock(\.asked) }

    func noteAsked(_ id: ID<Connection>) { state.withLock { _ = $0.asked.insert(id) } }

    func take(_ engine: RenewalEngine, _ store: FaultyStore) {
        state.withLock { state in
            state.engine = engine
            state.store = store
            state.isWell = true
            state.asked = []
        }
    }

    /// From now on nothing that it does is written, neither into the database nor into its journal.
    func kill() {
        let isFirst = state.withLock { state in
            state.store?.inject(.death)
            state.isWell = false
            defer { state.isDead = true }
            return !state.isDead
        }
        if isFirst { try? FileManager.default.moveItem(atPath: folder, toPath: folder + ".dead") }
    }

    /// It lives, and reaches no database.
    func cutOff() {
        state.withLock { state in
            state.store?.inject(.death)
            state.isWell = false
        }
    }

    /// Its successor finds its folder.
    func revive() {
        let wasDead = state.withLock { state in
            defer { state.isDead = false }
            return state.isDead
        }
        if wasDead { try? FileManager.default.moveItem(atPath: folder + ".dead", toPath: folder) }
    }
}

/// The way from one node to the providers: what goes wrong there knows whose request it was.
struct NodeCaller: RenewalCaller {
    @TaskLocal static var current: StormNode?

    private let providers: StrictProviders
    private let node: StormNode

    init(_ providers: StrictProviders, of node: StormNode) {
        self.providers = providers
        self.node = node
    }

    func renew(_ request: RenewalRequest) async -> ProviderReply {
        node.noteAsked(request.connection)
        return await Self.$current.withValue(node) { await providers.renew(request) }
    }
}
