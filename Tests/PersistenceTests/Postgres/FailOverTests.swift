import Foundation
import Model
import Persistence
import PersistencePostgres
import Synchronization
import TestSupport
import Testing

@Suite("PostgreSQL: fail-over from a server that is silent")
struct FailOverTests {
    /// What a node has, but for fewer connections.
    private static let limits = PostgresLimits(readers: 2)
    @Test(.endedIfItHangs)
    func `with a primary that is frozen, the promoted standby is taken`() async throws {
        try await PostgresCluster.with { cluster in
            let store = try await open(cluster.uri([cluster.primary, cluster.standby]))
            try await store.write { tx in try tx.insertNote(1) }
            try await cluster.freezePrimary()
            try await expectFailOver(of: store, in: cluster)
            await store.close()
        }
    }

    @Test(.endedIfItHangs)
    func `with a primary whose packets vanish, the promoted standby is taken`() async throws {
        try await PostgresCluster.with { cluster in
            let way = try Relay(to: cluster.primary)
            let store = try await open(cluster.uri([way.port, cluster.standby]))
            try await store.write { tx in try tx.insertNote(1) }
            way.fallSilent()
            try await expectFailOver(of: store, in: cluster)
            await store.close()
            way.close()
        }
    }

    @Test func `what waits for a server is given up soon after the connection that listens fell silent`() async throws {
        let database = try await PostgresDatabase.make()
        let way = try Relay(to: database.port)
        let store = try await open(
            database.uri(through: way.port), limits: PostgresLimits(readers: 2, statement: .seconds(600)))
        let ear = FeedEar(givingUpAfter: 2)
        let feed = store.feed()
        feed.start(ear)
        await ear.begun(times: 1)
        way.fallSilent()
        let isGivenUp = Atomic(false)
        async let call: Void = {
            await #expect(throws: StoreError.self) { try await store.read { tx in try tx.noteCount() } }
            isGivenUp.store(true, ordering: .relaxed)
        }()
        #expect(try await eventually { isGivenUp.load(ordering: .relaxed) })
        way.close()
        await call
        await feed.close()
        await store.close()
    }

    @Test func `a server that answers is kept to, though what is said to it is not heard`() async throws {
        let database = try await PostgresDatabase.make()
        let store = try await open(database.uri, limits: PostgresLimits(readers: 1))
        let before = try await session(of: store)
        // Each connection is given up at once.
        let ear = FeedEar(givingUpAfter: 0)
        let feed = store.feed()
        feed.start(ear)
        await ear.begun(times: 3)
        #expect(try await session(of: store) == before)
        await feed.close()
        await store.close()
    }

    @Test(.endedIfItHangs)
    func `a node starts while the first server of its address takes connections and says nothing`() async throws {
        try await PostgresCluster.with { cluster in
            try await cluster.freezePrimary()
            try await cluster.promoteStandby()
            let store = try await open(cluster.uri([cluster.primary, cluster.standby]))
            try await store.write { tx in try tx.insertNote(1) }
            await store.close()
        }
    }

    @Test func `a node starts while the first server of its address does not answer at all`() async throws {
        let database = try await PostgresDatabase.make()
        let swallowing = try SwallowingPort()
        let store = try await open(
            database.uri.replacing("127.0.0.1:", with: "127.0.0.1:\(swallowing.number),127.0.0.1:"))
        try await store.write { tx in try tx.insertNote(1) }
        await store.close()
    }

    @Test func `where no server can be written to, what became of each is told`() async throws {
        let swallowing = try SwallowingPort()
        let closed = try FreePort.find()
        let error = await #expect(throws: PostgresOpeningError.self) {
            _ = try await open("postgres://claviger@127.0.0.1:\(swallowing.number),127.0.0.1:\(closed)/claviger")
        }
        let text = try #require(error?.description)
        #expect(text.contains("127.0.0.1:\(swallowing.number) does not answer"))
        #expect(text.contains("\(closed) failed: Connection refused"))
    }

    @Test func `a name with several addresses is reached at the one that answers`() async throws {
        let database = try await PostgresDatabase.make()
        // It is ::1 as well, where nobody listens, on most machines.
        let store = try await open(database.uri.replacing("127.0.0.1:", with: "localhost:"))
        try await store.write { tx in try tx.insertNote(1) }
        await store.close()
    }

    @Test func `statements that a session does not know as its own are told as a pooler's doing`() async throws {
        let database = try await PostgresDatabase.make()
        let store = try await open(database.uri)
        let error = await #expect(throws: StoreError.self) {
            try await store.read { tx in
                // What somebody else prepared in the session that we were given.
                for preparation in Self.preparations { _ = try? tx.first(preparation) { _ in 0 } }
                return try tx.noteCount()
            }
        }
        guard case .unavailable(let problem)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.contains("already exists") && problem.contains("session mode"))
        try await store.write { tx in try tx.insertNote(1) }
        await store.close()
    }

    /// Take names that a connection of ours gives to its next statements.
    private static let preparations: [BoundSQL] = [
        "PREPARE s6 AS SELECT 1", "PREPARE s7 AS SELECT 1", "PREPARE s8 AS SELECT 1", "PREPARE s9 AS SELECT 1",
        "PREPARE s10 AS SELECT 1", "PREPARE s11 AS SELECT 1", "PREPARE s12 AS SELECT 1", "PREPARE s13 AS SELECT 1",
    ]

    private func expectFailOver(of store: PostgresStore, in cluster: PostgresCluster) async throws {
        try await cluster.promoteStandby()
        try await insist { try await store.write { tx in try tx.insertNote(2) } }
        #expect(try await insist { try await store.read { tx in try tx.noteCount() } } == 2)
    }

    /// The first outcome that is not "try again later".
    private func insist<T>(_ call: () async throws -> T) async throws -> T {
        var outcome: T?
        try await eventually {
            do {
                outcome = try await call()
                return true
            } catch let error as StoreError where error.isTemporary {
                return false
            }
        }
        if let outcome { return outcome }
        return try await call()
    }

    /// The number of the server's process for the store's only reader.
    private func session(of store: PostgresStore) async throws -> Int64 {
        let number = try await store.read { tx in
            try tx.first("SELECT pg_backend_pid()::bigint") { try $0.integer(0) }
        }
        return try #require(number)
    }

    private func open(_ uri: String, limits: PostgresLimits = Self.limits) async throws -> PostgresStore {
        try await PostgresStore.open(
            PostgresAddress(uri), migrations: Migration.all + [.scratch], limits: limits, at: FixedClock().current)
    }
}
