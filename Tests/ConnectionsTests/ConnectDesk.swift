import Locking
import Connections
import CredentialFormat
import Foundation
import Logging
import Model
import Persistence
import ProductDefinition
import ProviderDefinition
import TestSupport
import Tokens

/// What connects accounts, on a fresh store, with our clients at Facebook, Google and TikTok and a transport of the test's choice.
struct ConnectDesk: Sendable {
    static let session = "the session of a browser"

    let tree: SampleTree
    let service: ConnectionService
    let clients: ProviderClients
    let engine: RenewalEngine
    let prober: HealthProber
    let vault: ConnectionVault
    let offers: [OfferedProvider]
    let actor: Actor
    private let folder: String
    private let catalogue: ProviderCatalogue

    static func open(
        over transport: any ProviderTransport, _ use: (ConnectDesk) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await SampleTree.open { tree in
                let desk = try await ConnectDesk(tree, transport, folder)
                try await use(desk)
            }
        }
    }

    private init(_ tree: SampleTree, _ transport: any ProviderTransport, _ folder: String) async throws {
        self.tree = tree
        actor = tree.caller(of: tree.europe)
        try await tree.keys.ensure(.fingerprints)
        let keys = OrganizationKeys(
            over: tree.store, wrappedBy: KeyEncryptionKeys(newest: MasterKey.generate()), now: tree.clock.now)
        vault = ConnectionVault(keys: keys, environment: "clv")
        offers = ["facebook", "google-business-profile", "tiktok"].map {
            OfferedProvider(provider: $0, clientIdentifier: "app")
        }
        let catalogue = try ProviderCatalogue.load()
        clients = ProviderClients(store: tree.store, vault: vault, now: tree.clock.now)
        for offer in offers { try await clients.setSecret("s3cret", of: offer, as: SampleTree.theOperator) }
        let node = ID<Node>(at: tree.clock.current.milliseconds)
        self.folder = folder
        self.catalogue = catalogue
        engine = RenewalEngine(
            store: tree.store, node: node, vault: vault, keyRing: tree.keys,
            journal: RecoveryJournal(path: "\(folder)/journal"), provider: { catalogue[$0] },
            caller: ChainedRenewal(over: transport), logger: Logger(label: "test"), now: tree.clock.now,
            pause: { _ in })
        service = ConnectionService(
            store: tree.store, node: node, vault: vault, keyRing: tree.keys, offers: offers, catalogue: catalogue,
            transport: transport, engine: engine, issuer: "https://auth.example.com",
            logger: Logger(label: "test"), now: tree.clock.now)
        prober = HealthProber(service)
        // What comes next is younger than all that.
        tree.clock.advance(seconds: 1)
    }

    /// Another node's engine.
    func engine(over caller: any RenewalCaller, journal: String) -> RenewalEngine {
        RenewalEngine(
            store: tree.store, node: ID(at: tree.clock.current.milliseconds), vault: vault, keyRing: tree.keys,
            journal: RecoveryJournal(path: "\(folder)/\(journal)"), provider: { [catalogue] in catalogue[$0] },
            caller: caller, logger: Logger(label: "test"), now: tree.clock.now, pause: { _ in })
    }

    /// Begins a connection, and says where the browser is sent.
    func start(_ provider: String, in organization: Organization? = nil) async throws -> URLComponents {
        tree.clock.advance(seconds: 1)
        let address = try await service.start(
            ConnectDraft(provider: provider), in: (organization ?? tree.europe).id, session: Self.session,
            as: SampleTree.theOperator)
        guard let parts = URLComponents(string: address) else { throw ServerFailure("no address: \(address)") }
        return parts
    }

    /// Connects an account of the scripted providers.
    @discardableResult
    func connect(_ provider: String, in organization: Organization? = nil) async throws -> ConnectedAccount {
        let address = try await start(provider, in: organization)
        return try await finish(provider, "code=c1&state=\(address.state)").account
    }

    func finish(
        _ provider: String, _ query: String, session: String = session
    ) async throws -> ConnectOutcome {
        try await service.finish(query, at: provider, session: session, as: SampleTree.theOperator)
    }

    func state(of id: ID<Connection>) async throws -> Connection {
        guard let found = try await tree.store.read({ tx in try tx.connection(id) }) else { throw StoreError.closed }
        return found
    }

    func secrets(of id: ID<Connection>) async throws -> ConnectionSecrets? {
        let state = try await state(of: id)
        let (rows, keys) = try await tree.store.read { tx in
            (try tx.connectionSecrets(of: id, generation: state.generation), try tx.dataKeys(of: id.description))
        }
        return try await vault.open(rows, of: state, under: keys)
    }

    func events(of id: ID<Connection>) async throws -> [ConnectionEvent.Kind] {
        try await tree.store.read { tx in try tx.connectionEvents(of: id, limit: 100).reversed().map(\.kind) }
    }

    func fault(_ provider: String) async throws -> String? {
        try await tree.store.read { tx in try tx.providerAccess(at: provider, client: "app")?.fault }
    }
}

extension URLComponents {
    /// A parameter of the query, empty where there is none.
    func parameter(_ name: String) -> String { queryItems?.first { $0.name == name }?.value ?? "" }
    var state: String { parameter("state") }
}

extension ConnectOutcome {
    var account: ConnectedAccount {
        get throws {
            guard case .connected(let account) = self else { throw ServerFailure("not connected: \(self)") }
            return account
        }
    }

    /// Nil where it did not fail.
    var failure: ConnectFailure.Kind? {
        if case .failed(let failure) = self { failure.kind } else { nil }
    }

    var isDenied: Bool { if case .denied = self { true } else { false } }
}

/// Providers that answer each path with what a test wrote down for it. What nothing was written for, they never got.
final class ScriptedProviders: ProviderTransport {
    private struct State {
        var answers: [String: ProviderResponse] = [:]
        var requests: [ProviderRequest] = []
        var before: (@Sendable () async throws -> Void)?
    }

    private let state = Lock(State())

    init() {
        answer("/token", #"{"access_token":"g.at","refresh_token":"g.rt","expires_in":3599}"#)
        answer("/tokeninfo", #"{"sub":"1001","email":"ada@example.com","scope":"\#(Self.googleScopes)"}"#)
        answer("/v1/accounts", #"{"accounts":[{"name":"accounts/1","accountName":"Ada"}]}"#)
        answer("/v1/accounts/1/locations", #"{"locations":[{"name":"locations/7","title":"Shop"}]}"#)
        answer("/revoke", "{}")
        answer(
            "/v2/oauth/token/",
            #"{"access_token":"t.at","refresh_token":"t.rt","expires_in":7200,"open_id":"u1","scope":"user.info.basic"}"#
        )
        answer("/v2/user/info/", #"{"data":{"user":{"display_name":"Ada"}},"error":{"code":"ok"}}"#)
        answer("/v2/oauth/revoke/", "{}")
    }

    static let googleScopes =
        "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/business.manage"

    /// From now on the path is answered so.
    func answer(_ path: String, _ body: String, status: Int = 200) {
        respond(path, .answered(ProviderAnswer(status: status, body: Array(body.utf8))))
    }

    func respond(_ path: String, _ response: ProviderResponse) {
        state.withLock { $0.answers[path] = response }
    }

    /// Happens before the next answer.
    func before(_ body: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.before = body }
    }

    /// The requests to a path.
    func requests(_ path: String) -> [ProviderRequest] {
        state.withLock { $0.requests.filter { $0.path == path } }
    }

    var count: Int { state.withLock { $0.requests.count } }

    func send(
        _ request: ProviderRequest, within hosts: HostAllowList, timeout: Duration
    ) async -> ProviderResponse {
        let (answer, before) = state.withLock { state in
            state.requests.append(request)
            defer { state.before = nil }
            return (state.answers[request.path], state.before)
        }
        try? await before?()
        guard hosts.allows(request.host) else { return .notSent(code: "host-not-allowed") }
        return answer ?? .notSent(code: "unreachable")
    }
}

extension ProviderRequest {
    var path: String { String(target.prefix { $0 != "?" }) }

    /// A parameter of its form.
    func field(_ name: String) -> String {
        URLComponents(string: "https://x.example/?" + String(decoding: body, as: UTF8.self))?.parameter(name) ?? ""
    }
}
