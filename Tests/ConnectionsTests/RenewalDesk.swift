import Connections
import CredentialFormat
import Locking
import Logging
import Model
import Persistence
import TestSupport
import Tokens

@testable import ProviderDefinition

/// A connection on a fresh store, and a provider that answers as a test wants.
struct RenewalDesk: Sendable {
    let tree: SampleTree
    let connection: ID<Connection>
    let provider: FakeProvider
    let vault: ConnectionVault
    let folder: String

    static func open(
        _ rotation: Renewal.Rotation = .singleUse, schedule: [ScheduledPromise] = [],
        _ use: (RenewalDesk) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await SampleTree.open { tree in
                let desk = try await RenewalDesk(tree, rotation, schedule, folder)
                try await use(desk)
            }
        }
    }

    private init(
        _ tree: SampleTree, _ rotation: Renewal.Rotation, _ schedule: [ScheduledPromise], _ folder: String
    ) async throws {
        self.tree = tree
        self.folder = folder
        provider = FakeProvider(.fake(rotation, schedule))
        try await tree.keys.ensure(.fingerprints)
        let keys = OrganizationKeys(
            over: tree.store, wrappedBy: KeyEncryptionKeys(newest: MasterKey.generate()), now: tree.clock.now)
        vault = ConnectionVault(keys: keys, environment: "clv")
        let now = tree.clock.current
        let access = ProviderAccess(
            id: ID(at: now.milliseconds), organization: tree.desk.id, provider: "fake", clientID: "client",
            createdAt: now)
        let (secret, secretKey) = try await vault.seal(clientSecret: "s1", of: access, generation: 1, at: now)
        let connection = Connection(
            id: ID(at: now.milliseconds), path: tree.europe.path, provider: "fake", access: access.id, name: "Page",
            status: .connected, generation: 1,
            clocks: .init(consentedAt: now, issuedAt: now, accessExpiresAt: now.adding(seconds: 7200)),
            nextRenewalAt: now.adding(seconds: 6300), createdAt: now)
        let secrets = ConnectionSecrets(accessToken: "at.1", refreshToken: "rt.1")
        let (rows, key) = try await vault.seal(
            secrets, of: connection, generation: 1, under: nil, isFresh: true, at: now)
        try await tree.store.write { tx in
            try tx.insert(access)
            try tx.insert(secretKey)
            try tx.insert(secret, endingOthersAt: now)
            try tx.insert(connection)
            if let key { try tx.insert(key) }
            try tx.insert(rows, of: connection.id, at: now)
        }
        self.connection = connection.id
    }

    /// A node, with a journal of its own.
    ///
    /// - Parameter caller: Who asks the provider; nil for one that answers for the first connection alone.
    func node(
        _ name: String = "a", over store: (any Store)? = nil, asking caller: (any RenewalCaller)? = nil,
        throttle: ProviderThrottle = ProviderThrottle(), leaseSeconds: Int = 60
    ) -> RenewalEngine {
        RenewalEngine(
            store: store ?? tree.store, node: ID(at: tree.clock.current.milliseconds), vault: vault, keyRing: tree.keys,
            journal: RecoveryJournal(path: "\(folder)/\(name).journal"),
            throttle: throttle, provider: { [provider] _ in provider.file },
            caller: caller ?? provider, logger: Logger(label: "test"), leaseSeconds: leaseSeconds, now: tree.clock.now,
            pause: { _ in })
    }

    /// Connections of other accounts, due with the first.
    func addConnections(_ count: Int) async throws -> [ID<Connection>] {
        let first = try await state
        var added: [ID<Connection>] = []
        for _ in 0..<count {
            let connection = Connection(
                id: ID(at: first.createdAt.milliseconds), path: first.path, provider: first.provider,
                access: first.access, name: "Page", status: .connected, generation: 1, clocks: first.clocks,
                nextRenewalAt: first.nextRenewalAt, createdAt: first.createdAt)
            let (rows, key) = try await vault.seal(
                ConnectionSecrets(accessToken: "at.1", refreshToken: "rt.1"), of: connection, generation: 1, under: nil,
                isFresh: true, at: first.createdAt)
            try await tree.store.write { tx in
                try tx.insert(connection)
                if let key { try tx.insert(key) }
                try tx.insert(rows, of: connection.id, at: first.createdAt)
            }
            added.append(connection.id)
        }
        return added
    }

    var state: Connection {
        get async throws {
            let found = try await tree.store.read { [connection] tx in try tx.connection(connection) }
            guard let found else { throw StoreError.closed }
            return found
        }
    }

    var secrets: ConnectionSecrets? {
        get async throws {
            let state = try await state
            let (rows, keys) = try await tree.store.read { tx in
                (
                    try tx.connectionSecrets(of: state.id, generation: state.generation),
                    try tx.dataKeys(of: state.id.description)
                )
            }
            return try await vault.open(rows, of: state, under: keys)
        }
    }

    var events: [ConnectionEvent.Kind] {
        get async throws {
            try await tree.store.read { [connection] tx in
                try tx.connectionEvents(of: connection, limit: 100).reversed().map(\.kind)
            }
        }
    }

    var attempts: [RenewalAttempt.State] {
        get async throws {
            try await tree.store.read { [connection] tx in
                try tx.renewalAttempts(of: connection, limit: 100).reversed().map(\.state)
            }
        }
    }

    /// Has every lease lapse, as the database's clock would in time.
    func lapse() async throws {
        try await tree.store.write { tx in _ = try tx.execute("UPDATE connection SET lease_until = 0") }
    }
}

/// Answers everybody at once.
struct AnsweringCaller: RenewalCaller {
    func renew(_ request: RenewalRequest) async -> ProviderReply {
        var answer = TokenAnswer()
        answer.accessToken = "next"
        answer.refreshToken = "next"
        answer.accessExpiry = .after(seconds: 7200)
        return .tokens(answer, children: nil)
    }
}

/// A provider with one account. It keeps the rules of its rotation, and can lose answers.
final class FakeProvider: RenewalCaller {
    enum Mood: Sendable {
        case well
        /// It takes the token, and the answer is lost.
        case loses
        /// It takes the token, and the node dies before it hears.
        case outlives(@Sendable () async throws -> Void)
        case refuses(AnswerFailure)
        case isDown
    }

    private struct State {
        var mood = Mood.well
        var number = 1
        var spent: [String] = []
        var secret = "s1"
    }

    let file: Provider
    private let state = Lock(State())

    init(_ file: Provider) {
        self.file = file
    }

    var mood: Mood {
        get { state.withLock(\.mood) }
        set { state.withLock { $0.mood = newValue } }
    }

    /// Refresh tokens that were shown, in order.
    var spent: [String] { state.withLock(\.spent) }

    func setSecret(_ secret: String) { state.withLock { $0.secret = secret } }

    func renew(_ request: RenewalRequest) async -> ProviderReply {
        await Task.yield()
        let token = request.values[.refreshToken] ?? ""
        let secret = request.values[.clientSecret]
        let reply: (ProviderReply, Mood) = state.withLock { state in
            guard secret == state.secret else { return (.failed(.config), .well) }
            if case .isDown = state.mood { return (.notSent(code: "down"), .well) }
            if case .refuses(let failure) = state.mood { return (.failed(failure), .well) }
            state.spent.append(token)
            let isNewest = token == "rt.\(state.number)"
            let isForgiven = file.renewal.rotation.retryWindow != .never && token == "rt.\(state.number - 1)"
            guard isNewest || isForgiven else { return (.failed(.invalidGrant), .well) }
            if isNewest, file.renewal.rotation != .none { state.number += 1 }
            var answer = TokenAnswer()
            answer.accessToken = "at.\(state.number)"
            answer.refreshToken = "rt.\(state.number)"
            answer.accessExpiry = .after(seconds: 7200)
            return (.tokens(answer, children: nil), state.mood)
        }
        switch reply.1 {
        case .loses: return .lost(code: "timeout")
        case .outlives(let die):
            try? await die()
            return reply.0
        case .well, .refuses, .isDown: return reply.0
        }
    }
}

extension AnswerFailure {
    static let invalidGrant = AnswerFailure(
        errorClass: .reauthRequired, code: "invalid_grant", retryAfter: nil, needsConfirmation: false, note: nil)
    /// That no rule names.
    static let unnamed = AnswerFailure(
        errorClass: .reauthRequired, code: "http-400", retryAfter: nil, needsConfirmation: true, note: nil)
    static let config = AnswerFailure(
        errorClass: .configError, code: "invalid_client", retryAfter: nil, needsConfirmation: false, note: nil)
    static let outage = AnswerFailure(
        errorClass: .retry, code: "http-503", retryAfter: nil, needsConfirmation: false, note: nil)
}

extension Provider {
    static func fake(
        _ rotation: Renewal.Rotation, _ schedule: [ScheduledPromise], named name: String = "fake"
    ) -> Provider {
        let address = AddressTemplate(
            origin: .host(TemplateText([.literal("api.fake.example")])), path: TemplateText([.literal("/token")]))
        let request = RequestTemplate(
            method: .post, address: address, placement: .form, authentication: .clientBasic, parameters: [],
            headers: [],
            accepts: [])
        let exchange = TokenExchange(request: request, answer: AnswerMap(), children: nil, requires: [.accessToken])
        return Provider(
            identifier: name, title: "Fake", documentation: [], variables: [],
            hosts: HostAllowList([.host("api.fake.example")]), client: ProviderClient(authentication: .clientBasic),
            authorization: ConsentRequest(
                address: address, scope: .init(separator: " ", standard: []), proofKey: .none, issuer: .absent,
                parameters: [], reconnectParameters: [], callback: .init()),
            token: exchange, steps: [],
            renewal: Renewal(
                grant: .refreshToken(exchange), rotation: rotation, minimumAge: 0, requiresUnexpired: false,
                accessDiesOnRenewal: false, refreshExpiryIsFixed: false, mayLackRefreshToken: false, margin: nil),
            lifetimes: TokenLifetimes(access: .assumed(seconds: 3600)), schedule: schedule, health: nil,
            revocation: nil,
            intakes: [], use: TokenUse(), errors: [])
    }
}
