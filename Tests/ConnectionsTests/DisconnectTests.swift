import Connections
import CredentialFormat
import Model
import Persistence
import ProviderDefinition
import TestSupport
import Testing

@Suite("Ending connections, and whether they are well", .onEveryEngine)
struct DisconnectTests {
    private static let google = "google-business-profile"

    @Test func `what is ended is given back and destroyed, unless others would end with it`() async throws {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let tree = desk.tree
            let mine = try await desk.connect(Self.google).connection
            let other = try await desk.connect(Self.google, in: tree.northAmerica).connection
            let forecast = try await desk.service.forecast(ofEnding: mine.id, in: tree.europe.id, as: desk.actor)
            // Who sees Europe alone learns that there is another one, not which.
            #expect(forecast.atProvider == .spared && forecast.others.isEmpty && forecast.hasHiddenOthers)
            #expect(forecast.children.count == 2)
            let all = try await desk.service.forecast(
                ofEnding: mine.id, in: tree.europe.id, as: SampleTree.theOperator)
            #expect(all.others.map(\.id) == [other.id] && !all.hasHiddenOthers)

            tree.clock.advance(seconds: 1)
            let spared = try await desk.service.disconnect(mine.id, in: tree.europe.id, as: desk.actor)
            guard case .disconnected(let ended, .spared, let receipt) = spared else {
                Issue.record("\(spared)")
                return
            }
            #expect(providers.requests("/revoke").isEmpty && ended.status == .disconnected)
            #expect(receipt.holder == mine.id.description && receipt.receipt.split(separator: ".").count == 3)
            let left = try await tree.store.read { tx in
                (
                    try tx.connectionSecrets(of: mine.id, generation: 1), try tx.dataKeys(of: mine.id.description),
                    try tx.latestPromises(of: mine.id).filter { $0.state == .open }, try tx.health(of: mine.id)
                )
            }
            #expect(left.0.isEmpty && left.1.isEmpty && left.2.isEmpty && left.3 == nil)
            #expect(try await desk.events(of: mine.id) == [.created, .disconnected])
            #expect(try await desk.engine.renew(mine.id) == .impossible)

            let last = try await desk.service.disconnect(
                other.id, in: tree.northAmerica.id, as: SampleTree.theOperator)
            guard case .disconnected(_, .revoked, _) = last else {
                Issue.record("\(last)")
                return
            }
            #expect(providers.requests("/revoke").map { $0.field("token") } == ["g.rt"])
        }
    }

    @Test func `of two who end a connection one does, and what does not open is not said to be given back`()
        async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let (id, place) = (try await desk.connect(Self.google).connection.id, desk.tree.europe.id)
            let ends = await race(2) { _ in try await desk.service.disconnect(id, in: place, as: desk.actor) }
            #expect(ends.filter { (try? $0.get()) != nil }.count == 1)
            let receipts = try await desk.tree.store.read { tx in try tx.shreddingReceipts(of: id.description) }
            #expect(receipts.count == 1 && providers.requests("/revoke").count == 1)
            #expect(try await desk.tree.auditEvents().filter { $0.action == "connection.disconnected" }.count == 1)

            let unreadable = try await desk.connect(Self.google).connection.id
            try await desk.tree.store.write { tx in _ = try tx.deleteConnectionSecrets(of: unreadable) }
            let ended = try await desk.service.disconnect(unreadable, in: place, as: desk.actor)
            guard case .disconnected(let connection, .nothing, _) = ended else {
                Issue.record("\(ended)")
                return
            }
            #expect(connection.reason == "nothing" && providers.requests("/revoke").count == 1)
        }
    }

    @Test
    func `a provider that is out of order destroys nothing, and an ended access token is renewed to give it back`()
        async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let connection = try await desk.connect("tiktok").connection
            providers.answer("/v2/oauth/revoke/", "", status: 503)
            let kept = try await desk.service.disconnect(connection.id, in: desk.tree.europe.id, as: desk.actor)
            guard case .notRevoked(let failure) = kept else {
                Issue.record("\(kept)")
                return
            }
            #expect(failure.kind == .providerDown)
            #expect(try await desk.secrets(of: connection.id)?.refreshToken == "t.rt")

            providers.answer("/v2/oauth/revoke/", "{}")
            desk.tree.clock.advance(seconds: 8000)
            providers.answer(
                "/v2/oauth/token/", #"{"access_token":"t.at2","refresh_token":"t.rt2","expires_in":7200}"#)
            let ended = try await desk.service.disconnect(connection.id, in: desk.tree.europe.id, as: desk.actor)
            guard case .disconnected(_, .revoked, _) = ended else {
                Issue.record("\(ended)")
                return
            }
            #expect(providers.requests("/v2/oauth/revoke/").last?.field("token") == "t.at2")
            await #expect(throws: Refusal.self) {
                try await desk.service.disconnect(connection.id, in: desk.tree.europe.id, as: desk.actor)
            }
        }
    }

    @Test func `a probe needs two failures a minute apart, and nothing but failures of the connection count`()
        async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let id = try await desk.connect("tiktok").connection.id
            let well = #"{"data":{},"error":{"code":"ok"}}"#
            func probe() async throws -> HealthProber.Outcome { try await desk.prober.probe(id) }
            #expect(try await probe() == .well)
            providers.answer("/v2/user/info/", "", status: 503)
            #expect(try await probe() == .nothingLearnt)
            providers.respond("/v2/user/info/", .notSent(code: "unreachable"))
            #expect(try await probe() == .nothingLearnt)
            providers.answer("/v2/user/info/", #"{"error":{"code":"invalid_params"}}"#, status: 400)
            #expect(try await probe() == .nothingLearnt)
            #expect(try await desk.fault("tiktok") == nil)
            providers.answer("/v2/user/info/", #"{"error":"invalid_client"}"#, status: 400)
            #expect(try await probe() == .operatorFault(code: "invalid_client"))
            #expect(try await desk.fault("tiktok") == "invalid_client")
            #expect(try await desk.state(of: id).status == .connected)

            providers.answer("/v2/user/info/", #"{"error":{"code":"scope_not_authorized"}}"#, status: 401)
            #expect(try await probe() == .unsure)
            desk.tree.clock.advance(seconds: 30)
            #expect(try await probe() == .unsure)
            #expect(try await desk.prober.round().isEmpty)
            #expect(try await desk.state(of: id).status == .connected)
            desk.tree.clock.advance(seconds: 60)
            #expect(try await desk.prober.round() == [.became(.permissionMissing)])
            let state = try await desk.state(of: id)
            #expect(state.status == .permissionMissing && state.reason == "scope_not_authorized")
            providers.answer("/v2/user/info/", well)
            desk.tree.clock.advance(seconds: 1)
            #expect(try await probe() == .recovered)
            #expect(try await desk.state(of: id).status == .connected)
            #expect(try await desk.events(of: id) == [.created, .permissionChanged, .recovered])

            // A dead access token is renewed once that is certain; only that spends a refresh token.
            providers.answer("/v2/user/info/", #"{"error":{"code":"access_token_invalid"}}"#, status: 401)
            #expect(try await probe() == .unsure)
            desk.tree.clock.advance(seconds: 61)
            #expect(providers.requests("/v2/oauth/token/").count == 1)
            #expect(try await probe() == .renewed(.renewed(generation: 2)))
            #expect(providers.requests("/v2/oauth/token/").count == 2)
        }
    }

    @Test func `a revoked grant is found, its promises are broken with the reason, and no probe follows`() async throws
    {
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let id = try await desk.connect(Self.google).connection.id
            // Where the access token has ended, the renewal is the proof.
            providers.answer("/token", #"{"error":"invalid_grant"}"#, status: 400)
            desk.tree.clock.advance(seconds: 4390)
            // Our client has made as many calls as it may.
            let (access, now) = (try await desk.state(of: id).access, desk.tree.clock.current)
            while desk.engine.throttle.probeDelay(Self.google, access, at: now) == nil {}
            #expect(try await desk.prober.round() == [.postponed])
            desk.tree.clock.advance(seconds: 10)
            #expect(try await desk.prober.round() == [.renewed(.failed(code: "invalid_grant"))])
            #expect(try await desk.state(of: id).status == .reauthRequired)
            desk.tree.clock.advance(seconds: 4400)
            #expect(try await desk.prober.round() == [.skipped])
            desk.tree.clock.advance(seconds: 4400)
            #expect(try await desk.prober.round().isEmpty)
            // A new consent makes it what it was.
            providers.answer("/token", #"{"access_token":"g.at2","refresh_token":"g.rt2","expires_in":3599}"#)
            #expect(try await desk.connect(Self.google).connection.id == id)
            #expect(try await desk.prober.probe(id) == .well)
        }
    }
}
