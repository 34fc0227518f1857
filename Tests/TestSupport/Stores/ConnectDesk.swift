package import Connections
package import CredentialFormat
package import Foundation
import Locking
import Logging
package import Model
import Persistence
package import ProductDefinition
package import ProviderDefinition
import Tokens

/// What connects accounts, on a fresh store, with our clients at Facebook, Google and TikTok and a transport of the test's choice.
package struct ConnectDesk: Sendable {
    package static let session = "the session of a browser"

    package let tree: SampleTree
    package let service: ConnectionService
    package let clients: ProviderClients
    package let engine: RenewalEngine
    package let prober: HealthProber
    package let vault: ConnectionVault
    package let offers: [OfferedProvider]
    package let actor: Actor
    private let folder: String
    private let catalogue: ProviderCatalogue

    /// - Parameters:
    ///   - product: Whose providers are offered; three of ours where it offers none.
    ///   - issuer: Where we are.
    package static func open(
        over transport: any ProviderTransport, product: Product = .standard,
        issuer: String = SampleDesk.issuer, _ use: (ConnectDesk) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await SampleTree.open(product: product) { tree in
                let desk = try await ConnectDesk(tree, transport, folder, issuer: issuer)
                try await use(desk)
            }
        }
    }

    /// A desk over a tree that is there.
    ///
    /// - Parameter folder: Where its journal is kept.
    package init(
        _ tree: SampleTree, _ transport: any ProviderTransport, _ folder: String, issuer: String = SampleDesk.issuer
    ) async throws {
        self.tree = tree
        actor = tree.caller(of: tree.europe)
        try await tree.keys.ensure(.fingerprints)
        let keys = OrganizationKeys(
            over: tree.store, wrappedBy: KeyEncryptionKeys(newest: MasterKey.generate()), now: tree.clock.now)
        vault = ConnectionVault(keys: keys, environment: "clv")
        let ours = ["facebook", "google-business-profile", "tiktok"].map {
            OfferedProvider(provider: $0, clientIdentifier: "app")
        }
        offers = tree.product.providers.isEmpty ? ours : tree.product.providers
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
            store: tree.store, node: node, vault: vault, keyRing: tree.keys, product: tree.product,
            offers: offers, catalogue: catalogue, transport: transport, engine: engine, issuer: issuer,
            logger: Logger(label: "test"), now: tree.clock.now)
        prober = HealthProber(service)
        // What comes next is younger than all that.
        tree.clock.advance(seconds: 1)
    }

    /// Another node's engine.
    package func engine(over caller: any RenewalCaller, journal: String) -> RenewalEngine {
        RenewalEngine(
            store: tree.store, node: ID(at: tree.clock.current.milliseconds), vault: vault, keyRing: tree.keys,
            journal: RecoveryJournal(path: "\(folder)/\(journal)"), provider: { [catalogue] in catalogue[$0] },
            caller: caller, logger: Logger(label: "test"), now: tree.clock.now, pause: { _ in })
    }

    /// Begins a connection, and says where the browser is sent.
    package func start(_ provider: String, in organization: Organization? = nil) async throws -> URLComponents {
        tree.clock.advance(seconds: 1)
        let address = try await service.start(
            ConnectDraft(provider: provider), in: (organization ?? tree.europe).id, session: Self.session,
            as: SampleTree.theOperator)
        guard let parts = URLComponents(string: address) else { throw ServerFailure("no address: \(address)") }
        return parts
    }

    /// Connects an account of the scripted providers.
    @discardableResult
    package func connect(_ provider: String, in organization: Organization? = nil) async throws -> ConnectedAccount {
        let address = try await start(provider, in: organization)
        return try await finish(provider, "code=c1&state=\(address.state)").account
    }

    package func finish(
        _ provider: String, _ query: String, session: String = session
    ) async throws -> ConnectOutcome {
        try await service.finish(query, at: provider, session: session, as: SampleTree.theOperator)
    }

    package func state(of id: ID<Connection>) async throws -> Connection {
        guard let found = try await tree.store.read({ tx in try tx.connection(id) }) else { throw StoreError.closed }
        return found
    }

    package func secrets(of id: ID<Connection>) async throws -> ConnectionSecrets? {
        let state = try await state(of: id)
        let (rows, keys) = try await tree.store.read { tx in
            (try tx.connectionSecrets(of: id, generation: state.generation), try tx.dataKeys(of: id.description))
        }
        return try await vault.open(rows, of: state, under: keys)
    }

    package func events(of id: ID<Connection>) async throws -> [ConnectionEvent.Kind] {
        try await tree.store.read { tx in try tx.connectionEvents(of: id, limit: 100).reversed().map(\.kind) }
    }

    package func fault(_ provider: String) async throws -> String? {
        try await tree.store.read { tx in try tx.providerAccess(at: provider, client: "app")?.fault }
    }
}

extension HealthProber {
    /// Probes what is due, one after the other.
    @discardableResult
    package func round(limit: Int = 100) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for due in try await claim(limit: limit) { outcomes.append(await probe(due)) }
        return outcomes
    }
}

extension URLComponents {
    /// A parameter of the query, empty where there is none.
    package func asked(_ name: String) -> String { queryItems?.first { $0.name == name }?.value ?? "" }
    package var state: String { asked("state") }
}

extension ConnectOutcome {
    package var account: ConnectedAccount {
        get throws {
            guard case .connected(let account) = self else { throw ServerFailure("not connected: \(self)") }
            return account
        }
    }

    /// Nil where it did not fail.
    package var failure: ConnectFailure.Kind? {
        if case .failed(let failure) = self { failure.kind } else { nil }
    }

    package var isDenied: Bool { if case .denied = self { true } else { false } }
}

/// Providers that answer each path with what a test wrote down for it. What nothing was written for, they never got.
package final class ScriptedProviders: ProviderTransport {
    private struct State {
        var answers: [String: ProviderResponse] = [:]
        var requests: [ProviderRequest] = []
        var before: (@Sendable () async throws -> Void)?
    }

    private let state = Lock(State())

    package init() {
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

    package static let googleScopes =
        "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/business.manage"

    /// From now on the path is answered so.
    package func answer(_ path: String, _ body: String, status: Int = 200) {
        respond(path, .answered(ProviderAnswer(status: status, body: Array(body.utf8))))
    }

    package func respond(_ path: String, _ response: ProviderResponse) {
        state.withLock { $0.answers[path] = response }
    }

    /// Happens before the next answer.
    package func before(_ body: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.before = body }
    }

    /// The requests to a path.
    package func requests(_ path: String) -> [ProviderRequest] {
        state.withLock { $0.requests.filter { $0.path == path } }
    }

    package var count: Int { state.withLock { $0.requests.count } }

    package func send(
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
    package var path: String { String(target.prefix { $0 != "?" }) }

    /// A parameter of its form.
    package func field(_ name: String) -> String {
        URLComponents(string: "https://x.example/?" + String(decoding: body, as: UTF8.self))?.asked(name) ?? ""
    }
}
