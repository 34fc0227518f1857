import CredentialFormat
import Foundation
import Model
import Persistence
import Synchronization
import TestSupport
import Testing

@testable import PersistencePostgres

@Suite("PostgreSQL: the connection that listens")
struct PostgresFeedTests {
    @Test func `what one node commits, all nodes hear, in the order of the commits`() async throws {
        try await withFeeds(2) { database, ears in
            let store = try await PostgresStore.open(
                PostgresAddress(database.uri), limits: .forTests(), at: FixedClock().current)
            let changes = (1...50).map { Change.apiKey(ID(value: UInt128($0))) }
            for change in changes {
                try await store.write { tx in
                    tx.announce(change)
                }
            }
            for ear in ears { #expect(await ear.changes(untilLast: changes[49]) == changes) }
            await store.close()
        }
    }

    @Test func `what was rolled back is not heard`() async throws {
        try await withFeeds(1) { database, ears in
            let store = try await PostgresStore.open(
                PostgresAddress(database.uri), limits: .forTests(), at: FixedClock().current)
            _ = try? await store.write { tx in
                tx.announce(.apiKey(ID(value: 1)))
                try tx.execute("INSERT INTO usage_receipt (node) VALUES (NULL)")
            }
            try await store.write { tx in tx.announce(.keyRing) }
            #expect(await ears[0].changes(untilLast: .keyRing) == [.keyRing])
            await store.close()
        }
    }

    @Test func `a heartbeat comes back behind everything that was committed before it`() async throws {
        try await withFeeds(1) { database, ears in
            #expect(await ears[0].heartbeats(atLeast: 3) >= 3)
        }
    }

    @Test func `a connection that was ended is made anew, and says so`() async throws {
        try await withFeeds(1) { database, ears in
            _ = await ears[0].heartbeats(atLeast: 1)
            try database.endConnections()
            await ears[0].begun(times: 2)
            #expect(ears[0].endings >= 1)
            let before = ears[0].heartbeatCount
            #expect(await ears[0].heartbeats(atLeast: before + 1) > before)
        }
    }

    @Test func `a connection on which nothing comes back is given up and made anew`() async throws {
        let database = try await PostgresDatabase.make()
        let silence = Atomic(true)
        let relay = try Relay(to: database.port) { bytes in
            guard String(decoding: bytes, as: UTF8.self).contains("heartbeat") else { return .pass }
            return silence.exchange(false, ordering: .relaxed) ? .fallSilent : .pass
        }
        let ear = FeedEar(givingUpAfter: 2)
        let lines = Lines(address: PostgresAddress(database.uri(through: relay.port)), limits: PostgresLimits())
        let feed = PostgresFeed(over: lines, report: { _ in })
        feed.start(ear)
        await ear.ended()
        relay.close()
        await feed.close()
        #expect(ear.heartbeatCount == 0)
    }

    @Test func `two nodes answer each other's questions`() async throws {
        try await withFeeds(2) { _, ears in
            let asker = ID<Node>(value: 7)
            ears[0].say(.question(asker, number: 1))
            let answers = await ears[0].answers(2)
            #expect(Set(answers) == Set(ears.map { FeedMessage.answer(to: asker, number: 1, from: $0.node) }))
        }
    }

    private func withFeeds(
        _ count: Int, _ use: (PostgresDatabase, [FeedEar]) async throws -> Void
    ) async throws {
        let database = try await PostgresDatabase.make()
        let ears = (0..<count).map { _ in FeedEar() }
        let feeds = ears.map { ear in
            let lines = Lines(address: PostgresAddress(database.uri), limits: .forTests())
            let feed = PostgresFeed(over: lines, report: { _ in })
            ear.say = { feed.say($0) }
            feed.start(ear)
            return feed
        }
        for ear in ears { await ear.begun(times: 1) }
        do {
            try await use(database, ears)
        } catch {
            for feed in feeds { await feed.close() }
            throw error
        }
        for feed in feeds { await feed.close() }
    }
}
