import Connections
import CredentialFormat
import Model
import Persistence
import ProviderDefinition
import TestSupport
import Testing

/// What a list says of what will break.
@Suite("The forecast of connections", .onEveryEngine)
struct ConnectionForecastTests {
    private static let day = 86_400

    @Test func `counts what works no longer, what ends soon, and what of that a person alone prevents`() async throws {
        try await ConnectDesk.open(over: ScriptedProviders()) { desk in
            let now = desk.tree.clock.current
            func clocks(
                consented: Int = -1, refresh: Int? = nil, data: Int? = nil, access: Int? = nil
            ) -> Connection.Clocks {
                func at(_ days: Int) -> Instant { now.adding(seconds: days * Self.day) }
                return Connection.Clocks(
                    consentedAt: at(consented), issuedAt: now, accessExpiresAt: access.map(at),
                    refreshExpiresAt: refresh.map(at), dataAccessExpiresAt: data.map(at))
            }
            try await desk.insert("Data", at: "facebook", .connected, clocks(data: 5))
            try await desk.insert("Far", at: "facebook", .connected, clocks(data: 60))
            // Google moves no end of a refresh token; TikTok gives another one each time.
            try await desk.insert("Testing", at: "google-business-profile", .degraded, clocks(refresh: 5))
            try await desk.insert("Renewed", at: "tiktok", .connected, clocks(refresh: 5))
            // Nothing keeps it for longer than its provider's cap.
            try await desk.insert("Capped", at: "linkedin", .connected, clocks(consented: -360, refresh: 300))
            try await desk.insert("Gone", at: "facebook", .revoked, clocks(data: 5))
            try await desk.insert("Asked", at: "tiktok", .userAction, clocks())
            try await desk.insert("Over", at: "tiktok", .disconnected, clocks(refresh: 5))

            func names(_ change: (inout ConnectionQuery) -> Void) async throws -> Set<String> {
                var query = ConnectionQuery()
                change(&query)
                let asked = query
                let found = try await desk.tree.store.read { tx in
                    try desk.service.list(in: desk.tree.global, asked, limit: 50, as: SampleTree.theOperator, tx: tx)
                }
                #expect(found.counts == ConnectionCounts(all: 7, broken: 2, ending: 4, endingWithoutPerson: 3))
                return Set(found.page.items.map(\.connection.name))
            }
            #expect(try await names { $0.ending = .all } == ["Data", "Testing", "Renewed", "Capped"])
            #expect(try await names { $0.ending = .withoutPerson } == ["Data", "Testing", "Capped"])
            #expect(try await names { $0.statuses = ConnectionStatus.broken } == ["Gone", "Asked"])
            #expect(try await names { $0.statuses = [.disconnected] } == ["Over"])
            #expect(try await names { $0.search = NameSearch("page of renewed") } == ["Renewed"])
            #expect(try await names { $0.search = NameSearch("nothing") } == [], "The counts are told all the same.")
            #expect(try await names { $0.providers = ["tiktok"] } == ["Renewed", "Asked"])
            #expect(try await names { _ in }.count == 7)
        }
    }
}

extension ConnectDesk {
    /// Puts a connection there, with a page below it.
    fileprivate func insert(
        _ name: String, at provider: String, _ status: ConnectionStatus, _ clocks: Connection.Clocks
    ) async throws {
        let now = tree.clock.current
        try await tree.store.write { tx in
            guard let access = try tx.providerAccesses().first else { throw StoreError.closed }
            let connection = Connection(
                id: ID(at: now.milliseconds), path: tree.europe.path, provider: provider, access: access.id, name: name,
                status: status, generation: 1, clocks: clocks, createdAt: now)
            try tx.insert(connection)
            try tx.note([
                ConnectionChildRow(
                    connection: connection.id, kind: "page", identifier: "1", name: "Page of \(name)", metadata: [:],
                    generation: 1, seenAt: now)
            ])
        }
    }
}
