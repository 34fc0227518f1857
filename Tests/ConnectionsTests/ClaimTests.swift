import CredentialFormat
import Model
import Persistence
import TestSupport
import Testing

@Suite("Claims of connections on PostgreSQL")
struct ClaimTests {
    @Test(.endedIfItHangs)
    func `a node takes what another one is not taking at the moment, and does not wait for it`() async throws {
        try await StoreUnderTest.postgres.openNodes(2) { stores in
            let tree = try await SampleTree(in: stores[0])
            let now = tree.clock.current
            try await tree.store.write { tx in
                let access = ProviderAccess(
                    id: ID(at: now.milliseconds), organization: tree.desk.id, provider: "fake", clientID: "client",
                    createdAt: now)
                try tx.insert(access)
                for _ in 1...2 {
                    let connection = Connection(
                        id: ID(at: now.milliseconds), path: tree.europe.path, provider: "fake", access: access.id,
                        name: "Page", status: .connected, generation: 1, nextRenewalAt: now, createdAt: now)
                    try tx.insert(connection)
                    try tx.put(ConnectionHealth(connection: connection.id, nextAt: now))
                }
            }
            let gate = Gate()
            defer { gate.open() }
            @Sendable func claimed(in store: any Engine, before gate: Gate?) async throws -> [ID<Connection>] {
                try await store.write { tx in
                    let leases = try tx.claimDueConnections(of: "fake", at: now, by: ID(at: 1), seconds: 60, limit: 1)
                    let probes = try tx.claimDueProbes(at: now, again: now.adding(seconds: 300), limit: 1)
                    gate?.pass()
                    return leases.map(\.connection.id) + probes.map(\.connection)
                }
            }
            let first = Task { try await claimed(in: stores[0], before: gate) }
            await gate.reached()
            let second = try await claimed(in: stores[1], before: nil)
            gate.open()
            let all = try await first.value + second
            #expect(all.count == 4 && Set(all).count == 2)
        }
    }
}
