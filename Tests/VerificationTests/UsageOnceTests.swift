import CredentialFormat
import Credentials
import Logging
import Model
import Persistence
import Policy
import TestSupport
import Testing

@testable import Verification

@Suite("Each use is counted once", .onEveryEngine)
struct UsageOnceTests {
    /// What a failed write leaves: it was made and the answer lost, or it was not made.
    private static let faults: [FaultyStore.Fault] = [.lostAnswer, .death]

    @Test(arguments: faults)
    func `a batch is written again after a failure, and counted once`(_ fault: FaultyStore.Fault) async throws {
        try await withLedger { under in
            under.use(3, from: "192.0.2.1")
            under.store.inject(fault)
            for _ in 0..<3 {
                await #expect(throws: StoreError.self) { try await under.ledger.flush() }
                under.tree.clock.advance(seconds: 1)
                under.use(1, from: "192.0.2.2")
            }
            under.store.inject(nil)
            try await under.ledger.flush()
            let expected = LastUse(at: under.now, address: IPAddress("192.0.2.2"), count: 6)
            let found = try await under.lastUse()
            #expect(found == expected)
            #expect(under.ledger.isEmpty)
        }
    }

    @Test func `nodes number their batches each for itself`() async throws {
        try await withLedger { under in
            let other = UsageLedger(store: under.tree.store)
            for _ in 0..<3 {
                under.use(1, from: nil)
                other.count(UsageCell(.apiKey(under.key)), at: under.now, from: nil)
                try await under.ledger.flush()
                try await other.flush()
            }
            let count = try await under.lastUse()?.count
            #expect(count == 6)
        }
    }

    @Test func `flushes that meet write nothing twice`() async throws {
        try await withLedger { under in
            for round in 1...5 {
                under.use(1, from: nil)
                for result in await race(8, { _ in try await under.ledger.flush() }) { try result.get() }
                // Those that met another one left the rest to it, and may have returned before it.
                try await under.ledger.flush()
                while !under.ledger.isEmpty { try await under.ledger.flush() }
                let count = try await under.lastUse()?.count
                #expect(count == round)
            }
        }
    }

    @Test func `the last flush gives its turn back, and goes without one if it has to`() async throws {
        try await withLedger { under in
            let store = under.tree.store
            under.use(1, from: nil)
            try await under.lastFlush()
            let other = try await LeasedStore.claim(.usage, on: store, by: ID(at: 1), seconds: 60)
            #expect(other != nil)
            under.use(1, from: nil)
            try await under.lastFlush()
            let count = try await under.lastUse()?.count
            #expect(count == 2)
            try await other?.write { _ in }
        }
    }

    @Test func `the last flush writes although the server's end took too long, and everything is cancelled`()
        async throws
    {
        try await withLedger { under in
            under.use(1, from: nil)
            let flush = UsageFlush(
                under.ledger, store: under.tree.store, node: ID(at: 1), logger: Logger(label: "test"))
            let running = Task { try await flush.run() }
            running.cancel()
            try await running.value
            let count = try await under.lastUse()?.count
            #expect(count == 1)
        }
    }

    @Test func `a receipt is kept for a day`() async throws {
        try await withLedger { under in
            under.use(1, from: nil)
            try await under.ledger.flush()
            let sweep = { @Sendable in
                try await under.tree.store.write { tx in try tx.sweepUsageReceipts(olderThan: 86_400, limit: 10) }
            }
            let young = try await sweep()
            try await under.tree.store.write { tx in try tx.perform("UPDATE usage_receipt SET at = at - 86400001") }
            let old = try await sweep()
            #expect(young == 0)
            #expect(old == 1)
        }
    }

    private func withLedger(_ use: (LedgerUnderTest) async throws -> Void) async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.europe).credential.id
            try await use(LedgerUnderTest(tree, key))
        }
    }
}

/// A ledger over a store that fails on demand, and a key whose uses it counts.
private struct LedgerUnderTest: Sendable {
    let tree: SampleTree
    let key: ID<APIKey>
    let store: FaultyStore
    let ledger: UsageLedger
    private let cell: UsageCell

    init(_ tree: SampleTree, _ key: ID<APIKey>) {
        self.tree = tree
        self.key = key
        store = FaultyStore(tree.store)
        ledger = UsageLedger(store: store)
        cell = UsageCell(.apiKey(key))
    }

    var now: Instant { tree.clock.current }

    func use(_ count: Int, from address: String?) {
        for _ in 0..<count { ledger.count(cell, at: now, from: address.flatMap { IPAddress($0) }) }
    }

    func lastUse() async throws -> LastUse? {
        try await tree.store.read { [key] tx in try tx.apiKey(key)?.lastUse }
    }

    /// What a node does at its end, without patience for others.
    func lastFlush() async throws {
        try await UsageFlush(
            ledger, store: tree.store, node: ID(at: 2), patience: .zero, logger: Logger(label: "test")
        ).lastFlush()
    }
}
