import Connections
import CredentialFormat
import Crypto
import Foundation
import Logging
import Model
import Persistence
import ProductDefinition
import ProviderDefinition
import TestSupport
import TextForms
import Testing

@Suite("Connecting accounts", .onEveryEngine)
struct ConnectTests {
    private static let google = "google-business-profile"

    @Test func `a consent leads to a sealed connection with what is below it, its promises and its first probe`()
        async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let address = try await desk.start(Self.google)
            #expect(address.host == "accounts.google.com" && address.asked("prompt") == "consent")
            let callback = "https://auth.example.com/connections/callback/google-business-profile"
            #expect(address.asked("redirect_uri") == callback)
            let account = try await desk.finish(Self.google, "code=c%201&state=\(address.state)").account
            let exchange = try #require(providers.requests("/token").first)
            #expect(exchange.field("code") == "c 1" && exchange.field("redirect_uri") == callback)
            let digest = SHA256.hash(data: Data(exchange.field("code_verifier").utf8))
            #expect(address.asked("code_challenge") == Base64URL.text(Array(digest)))
            #expect(address.asked("code_challenge_method") == "S256")

            let state = try await desk.state(of: account.connection.id)
            #expect(account.way == .created && account.missingScopes == [] && account.children == 2)
            #expect(state.status == .connected && state.name == "ada@example.com" && state.generation == 1)
            #expect(state.clocks.accessExpiresAt == desk.tree.clock.current.adding(seconds: 3569))
            let secrets = try #require(try await desk.secrets(of: state.id))
            #expect(secrets.accessToken == "g.at" && secrets.refreshToken == "g.rt")
            #expect(try await desk.events(of: state.id) == [.created])
            let (children, promises, health) = try await desk.tree.store.read { tx in
                (
                    try tx.connectionChildren(of: state.id),
                    try tx.latestPromises(of: state.id).filter { $0.state == .open },
                    try tx.health(of: state.id)
                )
            }
            #expect(children.map(\.kind) == ["account", "location"] && children.map(\.name) == ["Ada", "Shop"])
            #expect(promises.map(\.name) == ["exercise"])
            #expect(promises.first?.dueAt == desk.tree.clock.current.adding(seconds: 30 * 86_400))
            let probe = try #require(health?.nextAt?.seconds(since: desk.tree.clock.current))
            #expect((2880...4320).contains(probe))
            #expect(try await desk.tree.auditEvents().first?.action == "connection.created")
        }
    }

    @Test func `what does not open is named, and nothing else is`() async throws {
        try await ConnectDesk.open(over: ScriptedProviders()) { desk in
            _ = try await desk.connect(Self.google)
            let broken = try await desk.connect("tiktok").connection.id
            let inspection = SealInspection(store: desk.tree.store, vault: desk.vault, now: desk.tree.clock.now)
            let before = try await inspection.inspect(after: nil, for: .seconds(60))
            #expect(before.opened == 2 && before.unreadable == [] && before.next == nil)
            // Values that somebody moved.
            let access = try await desk.state(of: broken).access
            try await desk.tree.store.write { tx in
                try tx.perform(
                    "UPDATE connection_secret SET field = 'x' WHERE connection_id = \(broken) AND field = 'refresh_token'"
                )
                try tx.perform("UPDATE provider_access_secret SET generation = 9 WHERE access = \(access)")
            }
            let found = try await inspection.inspect(after: nil, for: .seconds(60))
            #expect(found.opened == 1 && found.unreadable == ["app at tiktok", broken.description])
            // Where much does not open, it is told in more steps.
            let few = SealInspection(
                store: desk.tree.store, vault: desk.vault, naming: 2, now: desk.tree.clock.now)
            #expect(try await few.inspect(after: nil, for: .seconds(60)).next == broken)
            let rest = try await few.inspect(after: broken, for: .seconds(60))
            #expect(rest.unreadable == [] && rest.next == nil)
            #expect(try await desk.state(of: broken).status == .connected)
        }
    }

    @Test func `a key of an organization that does not open is named, whatever is in memory, and so is all below it`()
        async throws
    {
        try await ConnectDesk.open(over: ScriptedProviders()) { desk in
            let connection = try await desk.connect("tiktok").connection
            let inspection = SealInspection(store: desk.tree.store, vault: desk.vault, now: desk.tree.clock.now)
            let sound = try await inspection.inspectKeys(after: nil, for: .seconds(60))
            // The operator's, for our clients, and the customer's.
            #expect(sound.opened == 2 && sound.older == [:] && sound.missing == [:] && sound.unreadable == [])
            let broken = connection.organization
            try await desk.tree.store.write { tx in
                try tx.perform("UPDATE organization_key SET wrapped = \([UInt8(1)]) WHERE organization_id = \(broken)")
            }
            let found = try await inspection.inspectKeys(after: nil, for: .seconds(60))
            #expect(found.opened == 1 && found.unreadable == [broken.description] && found.next == nil)
            let below = try await inspection.inspect(after: nil, for: .seconds(60))
            #expect(below.opened == 0 && below.unreadable == [connection.id.description])
        }
    }

    @Test func `C4: a state works in its own browser, at its own provider and once, and fails before anybody is asked`()
        async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            func state() async throws -> String { try await desk.start(Self.google).state }
            let other = try await state()
            #expect(
                try await desk.finish(Self.google, "code=c&state=\(other)", session: "another").failure == .otherSession
            )
            // It is used up by that: whoever showed it first may have been anybody.
            #expect(try await desk.finish(Self.google, "code=c&state=\(other)").failure == .unknownState)
            let mixed = try await state()
            #expect(try await desk.finish("tiktok", "code=c&state=\(mixed)").failure == .mixedUp)
            let foreign = try await state()
            let issuer = "iss=https%3A%2F%2Fhonest.example"
            #expect(try await desk.finish(Self.google, "code=c&\(issuer)&state=\(foreign)").failure == .mixedUp)
            #expect(try await desk.finish(Self.google, "code=c&state=unheard-of").failure == .unknownState)
            #expect(try await desk.finish(Self.google, "code=c").failure == .unknownState)
            let twice = try await state()
            #expect(try await desk.finish(Self.google, "code=c&state=\(twice)&state=\(twice)").failure == .unknownState)
            let late = try await state()
            desk.tree.clock.advance(seconds: ConnectionConsent.lifetimeSeconds)
            #expect(try await desk.finish(Self.google, "code=c&state=\(late)").failure == .unknownState)
            #expect(providers.count == 0)

            let raced = try await state()
            let ends = await race(8) { _ in try await desk.finish(Self.google, "code=c&state=\(raced)") }
            let kinds = try ends.map { try $0.get().failure }
            #expect(kinds.filter { $0 == nil }.count == 1 && kinds.filter { $0 == .unknownState }.count == 7)
            #expect(providers.requests("/token").count == 1)
        }
    }

    @Test func `who may not manage connections is refused, also when the browser comes back`() async throws {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let draft = ConnectDraft(provider: Self.google)
            let reader = desk.tree.caller(of: desk.tree.europe, [.connectionsRead])
            await #expect(throws: Refusal.forbidden(.connectionsManage)) {
                try await desk.service.start(
                    draft, in: desk.tree.europe.id, session: ConnectDesk.session, as: reader)
            }
            await #expect(throws: Refusal.notFound) {
                try await desk.service.start(
                    draft, in: desk.tree.stranger.id, session: ConnectDesk.session, as: desk.actor)
            }
            let state = try await desk.start(Self.google).state
            await #expect(throws: Refusal.forbidden(.connectionsManage)) {
                try await desk.service.finish(
                    "code=c&state=\(state)", at: Self.google, session: ConnectDesk.session, as: reader)
            }
            #expect(providers.count == 0)
        }
    }

    @Test func `a no, a scope that was left out, and an account with nothing to see are values`() async throws {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let denied = try await desk.start(Self.google)
            #expect(try await desk.finish(Self.google, "error=access_denied&state=\(denied.state)").isDenied)
            #expect(providers.count == 0)
            providers.answer("/tokeninfo", #"{"sub":"1001","email":"ada@example.com","scope":"openid email"}"#)
            let refusal = #"{"error":{"code":403,"status":"PERMISSION_DENIED"}}"#
            providers.answer("/v1/accounts", refusal, status: 403)
            let account = try await desk.connect(Self.google)
            #expect(account.missingScopes == ["https://www.googleapis.com/auth/business.manage"])
            #expect(account.children == 0 && account.connection.reason == "scopes_missing")
            #expect(account.connection.status == .connected)
        }
    }

    @Test func `what our own client did wrong is written down for the operator, and nothing is connected`()
        async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            // A member of any customer can write that into the address of the browser.
            let claimed = try await desk.start(Self.google).state
            let claim = try await desk.finish(Self.google, "error=unauthorized_client&state=\(claimed)")
            #expect(claim.failure == .operatorFault && providers.count == 0)
            #expect(try await desk.fault(Self.google) == nil)
            providers.answer("/token", #"{"error":"invalid_client"}"#, status: 401)
            let state = try await desk.start(Self.google).state
            #expect(try await desk.finish(Self.google, "code=c&state=\(state)").failure == .operatorFault)
            #expect(try await desk.fault(Self.google) == "invalid_client")
            providers.respond("/token", .lost(code: "timeout"))
            let again = try await desk.start(Self.google).state
            #expect(try await desk.finish(Self.google, "code=c&state=\(again)").failure == .providerDown)
            providers.answer("/token", #"{"access_token":"g.at","expires_in":3599}"#)
            let bare = try await desk.start(Self.google).state
            #expect(try await desk.finish(Self.google, "code=c&state=\(bare)").failure == .noRefreshToken)
            // Seven days are what a client in Google's mode for tests gets.
            let short = #"{"access_token":"a","refresh_token":"r","expires_in":3599,"refresh_token_expires_in":604799}"#
            providers.answer("/token", short)
            #expect(try await desk.connect(Self.google).isOfTestingMode)
            #expect(try await desk.fault(Self.google) == nil)
        }
    }

    @Test func `a new consent repairs in place: identifier and children stay, and a renewal that is under way is void`()
        async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let first = try await desk.connect(Self.google).connection
            providers.answer("/token", #"{"access_token":"g.at2","refresh_token":"g.rt2","expires_in":3599}"#)
            let address = try await desk.service.reconnect(
                first.id, in: desk.tree.europe.id, session: ConnectDesk.session, as: desk.actor)
            let state = try #require(URLComponents(string: address)).state
            // While the user consents, a node renews with the token before.
            providers.before { _ = try await desk.finish(Self.google, "code=c2&state=\(state)") }
            #expect(try await desk.engine.renew(first.id) == .unchanged(generation: 2))
            let repaired = try await desk.state(of: first.id)
            #expect(repaired.generation == 2 && repaired.status == .connected && repaired.createdAt == first.createdAt)
            #expect(try await desk.secrets(of: first.id)?.refreshToken == "g.rt2")

            let other = try await desk.service.reconnect(
                first.id, in: desk.tree.europe.id, session: ConnectDesk.session, as: desk.actor)
            providers.answer("/tokeninfo", #"{"sub":"2002","email":"eve@example.com"}"#)
            let wrong = try #require(URLComponents(string: other)).state
            #expect(try await desk.finish(Self.google, "code=c3&state=\(wrong)").failure == .otherAccount)
            #expect(try await desk.state(of: first.id) == repaired)
        }
    }

    @Test func `K2: an account has as many connections as its plan allows, also under a race, and repairs go on`()
        async throws
    {
        let plans = PlanCatalogue([PlanDefinition(name: "small", limits: [.connections: 2])], standard: "small")
        let product = Product(name: "Small", plans: plans)
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers, product: product) { desk in
            let tree = desk.tree
            let first = try await desk.connect("tiktok").connection
            // Somebody was sent to the provider while there was room.
            let late = try await desk.start(Self.google, in: tree.northAmerica).state
            _ = try await desk.connect(Self.google)
            let (draft, asked) = (
                ImportDraft(provider: Self.google, accessToken: "old", refreshToken: "held"), providers.count
            )
            await #expect(throws: Refusal.self) { try await desk.start("facebook", in: tree.northAmerica) }
            await #expect(throws: Refusal.self) {
                try await desk.service.adopt(draft, in: tree.france.id, as: SampleTree.theOperator)
            }
            #expect(providers.count == asked, "nothing is spent for what may not be")
            let refusal = try await #require(throws: Refusal.self) {
                try await desk.finish(Self.google, "code=c&state=\(late)")
            }
            guard case .limitReached("connection_limit", _) = refusal else {
                Issue.record("\(refusal)")
                return
            }
            // What is there is repaired, and one that is ended makes room.
            _ = try await desk.service.reconnect(
                first.id, in: tree.europe.id, session: ConnectDesk.session, as: SampleTree.theOperator)
            _ = try await desk.service.disconnect(
                first.id, in: tree.europe.id, revoking: .never, as: SampleTree.theOperator)
            #expect(try await desk.connect("tiktok").way == .created)
        }
    }

    @Test func `secrets of our client that are set at the same moment come one after the other`() async throws {
        try await ConnectDesk.open(over: ScriptedProviders()) { desk in
            let offer = OfferedProvider(provider: Self.google, clientIdentifier: "app")
            let ends = await race(2) { number in
                try await desk.clients.setSecret("new\(number)", of: offer, as: SampleTree.theOperator)
            }
            for end in ends { try end.get() }
            let access = try await desk.clients.ensure(offer)
            let now = desk.tree.clock.current
            let secrets = try await desk.tree.store.read { tx in try tx.providerAccessSecrets(of: access.id, at: now) }
            #expect(secrets.map(\.generation) == [3])
        }
    }

    @Test func `a new consent through another client of ours is renewed through that one`() async throws {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let (tree, old) = (desk.tree, try await desk.connect(Self.google).connection)
            let offer = OfferedProvider(provider: Self.google, clientIdentifier: "app2")
            try await desk.clients.setSecret("other", of: offer, as: SampleTree.theOperator)
            let service = ConnectionService(
                store: tree.store, node: ID(at: 1), vault: desk.vault, keyRing: tree.keys, product: tree.product,
                offers: [offer],
                catalogue: try ProviderCatalogue.load(), transport: providers, engine: desk.engine,
                issuer: SampleDesk.issuer, logger: Logger(label: "test"), now: tree.clock.now)
            tree.clock.advance(seconds: 1)
            let address = try await service.reconnect(
                old.id, in: tree.europe.id, session: ConnectDesk.session, as: desk.actor)
            let state = try #require(URLComponents(string: address)).state
            let outcome = try await service.finish(
                "code=c&state=\(state)", at: Self.google, session: ConnectDesk.session, as: desk.actor)
            #expect(try outcome.account.way == .repaired)
            #expect(try await desk.state(of: old.id).access != old.access)
            _ = try await desk.engine.renew(old.id)
            let renewal = try #require(providers.requests("/token").last)
            #expect(renewal.field("grant_type") == "refresh_token" && renewal.field("client_id") == "app2")
        }
    }

    @Test func `the same account is recognized: in its organization as the same connection, elsewhere beside it`()
        async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let first = try await desk.connect(Self.google)
            let second = try await desk.connect(Self.google)
            #expect(second.way == .recognized && second.connection.id == first.connection.id)
            #expect(second.connection.generation == 2)
            #expect(try await desk.events(of: first.connection.id) == [.created, .updated, .rotated])
            let third = try await desk.connect(Self.google, in: desk.tree.northAmerica)
            #expect(third.way == .created && third.others.map(\.id) == [first.connection.id])

            // N6: what somebody made and ended hides nothing of anybody's, nor do other organizations' connections.
            _ = try await desk.service.disconnect(
                first.connection.id, in: desk.tree.europe.id, revoking: .never, as: SampleTree.theOperator)
            let account = try #require(third.connection.accountFingerprint)
            let access = third.connection.access
            let fourth = try await desk.connect(Self.google)
            #expect(fourth.way == .created && fourth.others.map(\.id) == [third.connection.id])
            let found = try await desk.tree.store.read { tx in
                try tx.connections(ofAccount: account, through: access, in: desk.tree.europe.id, limit: 1).first?.id
            }
            #expect(found == fourth.connection.id)
        }
    }

    @Test func `tokens of another system are taken over once the provider has shown that they work`() async throws {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let draft = ImportDraft(
                provider: "tiktok", accessToken: "old", refreshToken: "held",
                accessExpiresAt: desk.tree.clock.current.adding(seconds: -1))
            let account = try await desk.service.adopt(draft, in: desk.tree.europe.id, as: desk.actor).account
            #expect(providers.requests("/v2/oauth/token/").first?.field("refresh_token") == "held")
            #expect(try await desk.secrets(of: account.connection.id)?.refreshToken == "t.rt")
            #expect(try await desk.tree.auditEvents().first?.action == "connection.imported")

            let alive = ImportDraft(provider: Self.google, accessToken: "held.at", refreshToken: "held.rt")
            let google = try await desk.service.adopt(alive, in: desk.tree.europe.id, as: desk.actor).account
            #expect(try await desk.secrets(of: google.connection.id)?.refreshToken == "held.rt")
            #expect(providers.requests("/token").isEmpty && google.children == 2)
            providers.answer("/tokeninfo", #"{"error":"invalid_token"}"#, status: 400)
            let dead = try await desk.service.adopt(alive, in: desk.tree.northAmerica.id, as: SampleTree.theOperator)
            #expect(dead.failure == .notAccepted)
            var early = alive
            early.consentedAt = desk.tree.clock.current.adding(seconds: 3600)
            for wrong in [ImportDraft(provider: Self.google, accessToken: "x"), early] {
                await #expect(throws: Refusal.self) {
                    try await desk.service.adopt(wrong, in: desk.tree.europe.id, as: desk.actor)
                }
            }
        }
    }

    @Test func `a name that turns the direction of writing is kept neither by a consent nor by a renewal`()
        async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let turned = #"{"locations":[{"name":"locations/7","title":"Shop \u202Egnp.exe"}]}"#
            func name(of id: ID<Connection>) async throws -> String? {
                let children = try await desk.tree.store.read { tx in try tx.connectionChildren(of: id) }
                return try #require(children.first { $0.kind == "location" }).name
            }
            let id = try await desk.connect(Self.google).connection.id
            #expect(try await name(of: id) == "Shop")
            providers.answer("/v1/accounts/1/locations", turned)
            #expect(try await desk.engine.renew(id) == .renewed(generation: 2))
            #expect(try await name(of: id) == nil)
            _ = try await desk.connect(Self.google)
            #expect(try await name(of: id) == nil)
        }
    }

    @Test func `what follows a renewal cannot lose the token that it brought`() async throws {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let connection = try await desk.connect("tiktok").connection
            providers.answer(
                "/v2/oauth/token/", #"{"access_token":"t.at2","refresh_token":"t.rt2","expires_in":7200}"#)
            providers.respond("/v2/user/info/", .lost(code: "timeout"))
            #expect(try await desk.engine.renew(connection.id) == .renewed(generation: 2))
            #expect(try await desk.secrets(of: connection.id)?.refreshToken == "t.rt2")
            desk.tree.clock.advance(seconds: 1)
            // An answer that nobody can read has spent the token all the same.
            providers.answer("/v2/oauth/token/", "<html>")
            #expect(try await desk.engine.renew(connection.id) == .failed(code: "unreadable"))
            let attempts = try await desk.tree.store.read { tx in
                try tx.renewalAttempts(of: connection.id, limit: 1).map(\.state)
            }
            #expect(attempts == [.ambiguous])
        }
    }
}
