import Connections
import Foundation
import Model
import NIOPosix
import Persistence
import Policy
import ProviderDefinition
import TestSupport
import TextForms
import Testing

@testable import Outbound

@Suite("Connections over HTTP, to the simulated providers")
struct SimulatedProviderTests {
    private func withDesk(_ use: (ConnectDesk, RunningSimulator) async throws -> Void) async throws {
        let simulator = try await RunningSimulator(at: RFC3339.text(of: FixedClock().current))
        let reach = try #require(OutboundReach.simulator(at: simulator.base))
        let call = OutboundCall(reach, on: .singleton)
        do {
            try await ConnectDesk.open(over: call) { desk in try await use(desk, simulator) }
        } catch {
            try await call.close()
            throw error
        }
        try await call.close()
    }

    /// Moves both clocks.
    private func advance(_ desk: ConnectDesk, _ simulator: RunningSimulator, days: Int) async throws {
        desk.tree.clock.advance(seconds: days * 86_400)
        try await simulator.control("clock", ["advance": .text("\(days)d")])
    }

    @Test func `walkthrough E: Facebook's short token becomes a long one and tokens of pages, renewed every week`()
        async throws
    {
        try await withDesk { desk, simulator in
            let address = try await desk.start("facebook")
            let asked = address.asked("scope").split(separator: ",").map(String.init)
            let query = try await simulator.consent(address, scopes: asked.filter { $0 != "read_insights" })
            let account = try await desk.finish("facebook", query).account
            let state = try await desk.state(of: account.connection.id)
            #expect(account.missingScopes == ["read_insights"] && account.children > 0)
            let life = try #require(state.clocks.accessExpiresAt?.seconds(since: desk.tree.clock.current))
            #expect(life > 59 * 86_400)
            let secrets = try #require(try await desk.secrets(of: state.id))
            #expect(!secrets.ofChildren.isEmpty)
            #expect(state.clocks.dataAccessExpiresAt != nil)

            try await advance(desk, simulator, days: 7)
            #expect(try await desk.engine.round() == [.renewed(generation: 2)])
            #expect(try await desk.prober.probe(state.id) == .well)
            let promises = try await desk.tree.store.read { tx in try tx.promises(of: state.id, limit: 100) }
            #expect(promises.contains { $0.name == "weekly" && $0.state == .kept })
            try await simulator.fault("facebook", "user_removed_app")
            #expect(try await desk.prober.probe(state.id) == .unsure)
            desk.tree.clock.advance(seconds: 61)
            #expect(try await desk.prober.probe(state.id) == .became(.revoked))
        }
    }

    @Test func `walkthrough E: Google's revoked grant is found, and a new consent repairs it in place`() async throws {
        try await withDesk { desk, simulator in
            func connect() async throws -> ConnectedAccount {
                let address = try await desk.start("google-business-profile")
                let scopes = address.asked("scope").split(separator: " ").map(String.init)
                let query = try await simulator.consent(address, scopes: scopes)
                return try await desk.finish("google-business-profile", query).account
            }
            let account = try await connect()
            #expect(account.missingScopes == [] && account.children > 0)
            try await advance(desk, simulator, days: 30)
            #expect(try await desk.engine.round() == [.renewed(generation: 2)])
            try await simulator.fault("google", "user_removed_app")
            try await advance(desk, simulator, days: 1)
            #expect(try await desk.prober.round() == [.renewed(.failed(code: "invalid_grant"))])
            #expect(try await desk.state(of: account.connection.id).status == .reauthRequired)
            let repaired = try await connect()
            #expect(repaired.way == .recognized && repaired.connection.id == account.connection.id)
            #expect(repaired.connection.status == .connected)
        }
    }

    @Test func `walkthrough E: TikTok's tokens are spent once, and given back in the end`() async throws {
        try await withDesk { desk, simulator in
            let address = try await desk.start("tiktok")
            let scopes = address.asked("scope").split(separator: ",").map(String.init)
            let account = try await desk.finish(
                "tiktok", try await simulator.consent(address, scopes: scopes)
            ).account
            for generation in 2...3 {
                #expect(try await desk.engine.renew(account.connection.id) == .renewed(generation: generation))
            }
            #expect(try await simulator.count("double_spends", "tiktok") == 0)
            let ended = try await desk.service.disconnect(
                account.connection.id, in: desk.tree.europe.id, as: desk.actor)
            guard case .disconnected(_, .revoked, _) = ended else {
                Issue.record("\(ended)")
                return
            }
        }
    }

    @Test func `S1: no redirect is followed, no other host and no address that is not public is reached`() async throws
    {
        let simulator = try await RunningSimulator(at: "2026-11-29T18:00:00Z")
        let open = OutboundCall(OutboundReach(base: simulator.base, isPublicOnly: false), on: .singleton)
        let closed = OutboundCall(OutboundReach(base: simulator.base, isPublicOnly: true), on: .singleton)
        let nowhere = OutboundCall(
            OutboundReach(base: "http://127.0.0.1:1", isPublicOnly: false), on: .singleton)
        let hosts = HostAllowList([.host("open.tiktokapis.com"), .host("www.tiktok.com")])
        let profile = ProviderRequest(
            method: .get, host: "open.tiktokapis.com", target: "/v2/user/info/?fields=open_id",
            headers: [.init("Authorization", "Bearer unknown")])
        func end(_ call: OutboundCall, _ request: ProviderRequest, _ timeout: Duration = .seconds(10)) async -> String {
            switch await call.send(request, within: hosts, timeout: timeout) {
            case .answered(let answer): "\(answer.status)"
            case .notSent(let code): "not sent: \(code)"
            case .lost(let code): "lost: \(code)"
            }
        }
        #expect(await end(open, profile) == "401")
        #expect(await end(closed, profile) == "not sent: address-not-allowed")
        #expect(await end(nowhere, profile).hasPrefix("not sent: "))
        let other = ProviderRequest(method: .get, host: "graph.facebook.com", target: "/me")
        #expect(await end(open, other) == "not sent: host-not-allowed")
        let consent =
            "client_key=app&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fc&response_type=code&state=s&scope=user.info.basic"
        let redirect = ProviderRequest(
            method: .post, host: "www.tiktok.com", target: "/v2/auth/authorize/?\(consent)",
            headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
            body: Array("account=1&decision=approve&scope=user.info.basic".utf8))
        #expect(["302", "303"].contains(await end(open, redirect)))
        // What was taken and never answered is not called unsent.
        try await simulator.fault("tiktok", "time_out", ["seconds": 60, "times": 1])
        #expect(await end(open, profile, .seconds(3)) == "lost: timeout")
        try await simulator.fault("tiktok", "reset", ["times": 1])
        #expect(await end(open, profile).hasPrefix("lost: "))
        // Many that take long do not wait for each other: each has a time within which it must be done.
        try await simulator.fault("tiktok", "time_out", ["seconds": 60, "times": 40])
        let ends = await withTaskGroup(of: String.self) { group in
            for _ in 0..<40 { group.addTask { await end(open, profile, .seconds(10)) } }
            return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(ends == ["lost: timeout": 40])
        for call in [open, closed, nowhere] { try await call.close() }
        withExtendedLifetime(simulator) {}
    }

    @Test func `addresses that are nobody's on the Internet are known`() {
        let nobodys = [
            "127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
            "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
            "64:ff9b::a00:1", "2002:a00:1::1", "2001:db8::1", "2001::1",
        ]
        #expect(nobodys.filter { IPAddress($0).map(PublicAddress.isPublic) != false } == [])
        let somebodys = [
            "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::1",
        ]
        #expect(somebodys.filter { IPAddress($0).map(PublicAddress.isPublic) != true } == [])
        #expect(OutboundReach.simulator(at: "https://example.com") == nil)
        #expect(OutboundReach.simulator(at: "http://127.0.0.1:1/x") == nil)
    }
}
