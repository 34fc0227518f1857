import CredentialFormat
import Foundation
import Model
import Persistence
import TestSupport
import Testing

@Suite("Leases")
struct LeaseTests {
    private let node = ID<Node>(at: 1)
    private let other = ID<Node>(at: 2)

    @Test(arguments: StoreUnderTest.allCases)
    func `of 32 nodes that claim at once, one has the lease`(_ engine: StoreUnderTest) async throws {
        try await engine.openNodes(3) { stores in
            for round in 1...4 {
                let claims = await race(32) { number in
                    try await stores[number % 3].write { tx in
                        try tx.claim(.sweeping, by: ID(at: Int64(number)), seconds: 60)
                    }
                }
                let leases = try claims.map { try $0.get() }.compactMap(\.self)
                #expect(leases.map(\.fence) == [round])
                #expect(leases.count { $0.name == .sweeping } == 1)
                try await stores[0].lapse(.sweeping)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `the leases of different work have nothing to do with each other`(_ engine: StoreUnderTest) async throws {
        try await engine.open { store in
            for name in Lease.Name.allCases {
                let lease = try await claim(name, by: node, on: store)
                #expect(lease?.name == name)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `another node has it when the database's clock says that it has lapsed, not before`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.open { store in
            let first = try #require(try await claim(.usage, by: node, on: store))
            #expect(try await claim(.usage, by: other, on: store) == nil)
            #expect(try await isFree(.usage, for: other, on: store) == false)
            #expect(try await isFree(.usage, for: node, on: store))
            try await store.lapse(.usage)
            #expect(try await isFree(.usage, for: other, on: store))
            let second = try #require(try await claim(.usage, by: other, on: store))
            #expect(second.fence > first.fence)
            #expect(try await claim(.usage, by: node, on: store) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `the database's clock is that of the world, and goes on within a transaction`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.open { store in
            let clock = { @Sendable (tx: borrowing Transaction) in
                try tx.first("SELECT \(fixed: tx.dialect.clock)") { try $0.instant(0) }
            }
            let before = Int64(Date().timeIntervalSince1970 * 1000)
            let (first, last) = try await store.read { tx in
                let first = try clock(tx)
                var last = first
                // The clock counts milliseconds, and a statement takes less.
                for _ in 0..<100_000 where last == first { last = try clock(tx) }
                return (first, last)
            }
            let after = Int64(Date().timeIntervalSince1970 * 1000)
            let read = try #require(first).milliseconds
            #expect((before - 1...after + 1).contains(read))
            #expect(last.map { $0.milliseconds > read } == true)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `holding keeps it for as long again`(_ engine: StoreUnderTest) async throws {
        try await engine.open { store in
            let lease = try #require(try await claim(.usage, by: node, on: store))
            try await store.write { tx in try tx.hold(lease, seconds: 1000) }
            let left = try await store.read { tx in
                try tx.first("SELECT expires_at - \(fixed: tx.dialect.clock) FROM lease") { try $0.integer(0) }
            }
            #expect(left.map { (900_000...1_000_000).contains($0) } == true)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a holder beyond its lease commits nothing, whether or not somebody else has it by now`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.openWithScratch { store in
            let held = try #require(try await LeasedStore.claim(.sweeping, on: store, by: node, seconds: 60))
            try await held.write { tx in try tx.insertNote(1) }
            try await store.lapse(.sweeping)
            await #expect(throws: LeaseLost(name: .sweeping)) { try await held.write { tx in try tx.insertNote(2) } }
            #expect(try await claim(.sweeping, by: other, on: store) != nil)
            await #expect(throws: LeaseLost(name: .sweeping)) { try await held.write { tx in try tx.insertNote(3) } }
            try await expectNotes([1], in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a node that claims again loses what it had by the claim before`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let first = try #require(try await LeasedStore.claim(.sweeping, on: store, by: node, seconds: 60))
            let second = try #require(try await LeasedStore.claim(.sweeping, on: store, by: node, seconds: 60))
            await #expect(throws: LeaseLost.self) { try await first.write { tx in try tx.insertNote(1) } }
            try await second.write { tx in try tx.insertNote(2) }
            try await expectNotes([2], in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `what is given back can be claimed at once, and what is lost cannot be given back`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.open { store in
            let held = try #require(try await LeasedStore.claim(.usage, on: store, by: node, seconds: 60))
            try await held.release()
            let taken = try #require(try await LeasedStore.claim(.usage, on: store, by: other, seconds: 60))
            try await held.release()
            #expect(try await LeasedStore.claim(.usage, on: store, by: node, seconds: 60) == nil)
            try await taken.write { _ in }
        }
    }

    private func claim(_ name: Lease.Name, by node: ID<Node>, on store: some Store) async throws -> Lease? {
        try await store.write { tx in try tx.claim(name, by: node, seconds: 60) }
    }

    private func isFree(_ name: Lease.Name, for node: ID<Node>, on store: some Store) async throws -> Bool {
        try await store.read { tx in try tx.isFree(name, for: node) }
    }
}
