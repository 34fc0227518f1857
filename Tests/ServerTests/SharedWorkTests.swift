import CredentialFormat
import Locking
import Logging
import Measuring
import Model
import Persistence
import ProductDefinition
import ServiceLifecycle
import TestSupport
import Testing
import Tokens

@testable import Server

@Suite("What is written down when a server ends")
struct LastFlushTests {
    @Test func `the last flush is not cancelled with what took too long to end`() async throws {
        let cancelled = Lock<[Bool]>([])
        let flush = PeriodicFlush("things", every: .seconds(60), logger: Logger(label: "test")) { isLast in
            if isLast { cancelled.withLock { $0.append(Task.isCancelled) } }
        }
        let running = Task { try await flush.run() }
        running.cancel()
        try await running.value
        #expect(cancelled.withLock(\.self) == [false])
    }
}

@Suite("Shared work: sweeping")
struct SharedSweepingTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `of three workers, one sweeps, and removes each row once`(_ engine: StoreUnderTest) async throws {
        try await engine.openNodes(3) { stores in
            try await stores[0].insertExpiredTokens(1200)
            let swept = Tally()
            let rounds = await race(3) { number in try await Sweeping.worker(on: stores[number], swept).round() }
            #expect(try rounds.map { try $0.get() }.count { $0 } == 1)
            #expect(swept.total == 1200)
            let left = try await stores[0].expiredTokens()
            #expect(left == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `sweepers that meet all the same remove each row once`(_ engine: StoreUnderTest) async throws {
        try await engine.openNodes(3) { stores in
            try await stores[0].insertExpiredTokens(1200)
            let ends = await race(3) { number in try await Sweeping.sweeper.sweep(through: stores[number]) }
            #expect(try ends.reduce(0) { try $0 + $1.get() } == 1200)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `where a worker is killed in the middle, the next one goes on from there`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.openNodes(2) { stores in
            try await stores[0].insertExpiredTokens(1200)
            let mortal = FaultyStore(stores[0])
            // It claims, takes one step, and is no more.
            mortal.inject(.death, after: 2)
            let swept = Tally()
            await #expect(throws: StoreError.self) { try await Sweeping.worker(on: mortal, swept).round() }
            let left = try await stores[1].expiredTokens()
            #expect(left == 700)
            let next = Sweeping.worker(on: stores[1], swept)
            let early = try await next.round()
            #expect(!early)
            try await stores[1].lapse(.sweeping)
            let late = try await next.round()
            #expect(late)
            #expect(swept.total == 700)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a worker that is paused beyond its lease does nothing more`(_ engine: StoreUnderTest) async throws {
        try await engine.openNodes(2) { stores in
            try await stores[0].insertExpiredTokens(1200)
            let pause = Pause()
            let swept = Tally()
            let paused = Sweeping.work(on: stores[0]) { store in
                _ = try await store.write { tx in
                    try tx.sweepRevokedTokens(before: FixedClock().current, limit: 500)
                }
                await pause.pass()
                swept.add(try await Sweeping.sweeper.sweep(through: store))
            }
            let round = Task { try await paused.round() }
            await pause.reached()
            try await stores[1].lapse(.sweeping)
            let next = try await Sweeping.worker(on: stores[1], swept).round()
            #expect(next)
            #expect(swept.total == 700)
            try await stores[1].insertExpiredTokens(10)
            pause.open()
            await #expect(throws: LeaseLost(name: .sweeping)) { try await round.value }
            let left = try await stores[1].expiredTokens()
            #expect(left == 10)
        }
    }

    @Test func `a round that fails is counted as one that failed, and nothing else is`() async throws {
        try await StoreUnderTest.sqlite.open { store in
            let measures = SharedWorkMeasures()
            let worker = LeasedWork(
                .sweeping, on: store, by: ID(at: 0), every: 60, logger: Sweeping.logger, countedBy: measures
            ) { _ in throw ServerFailure("It was meant to fail.") }
            let run = Task { try await worker.run() }
            var counted: [String] = []
            try await eventually {
                counted = measures.metric.read().filter { $0.value == 1 }.map { reading in
                    reading.labels.map(\.value).joined(separator: " ")
                }
                return !counted.isEmpty
            }
            #expect(counted == ["sweeping failed"])
            run.cancel()
            try await run.value
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a worker that ends gracefully gives its lease back`(_ engine: StoreUnderTest) async throws {
        try await engine.open { store in
            let pause = Pause()
            let worker = Sweeping.work(on: store) { _ in await pause.pass() }
            let group = ServiceGroup(services: [worker], logger: Sweeping.logger)
            let run = Task { try await group.run() }
            await pause.reached()
            let during = try await LeasedStore.claim(.sweeping, on: store, by: ID(at: 1), seconds: 60)
            #expect(during == nil)
            await group.triggerGracefulShutdown()
            pause.open()
            try await run.value
            let after = try await LeasedStore.claim(.sweeping, on: store, by: ID(at: 1), seconds: 60)
            #expect(after != nil)
        }
    }
}

@Suite("Shared work: key rotation")
struct SharedRotationTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `three nodes that find the keys too old rotate them once, and the pepper never`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.openNodes(3) { stores in
            let clock = FixedClock()
            let masterKey = MasterKey.generate()
            var nodes: [KeyRotation] = []
            for store in stores {
                let ring = try await KeyRing.open(
                    store: store, masterKey: masterKey, now: clock.now, clock: clock.shared)
                nodes.append(KeyRotation(keyRing: ring, days: 90, now: clock.now, logger: Sweeping.logger))
            }
            for expected in [1, 2, 3] {
                for result in await race(
                    3, { [nodes] number in try await nodes[number].rotate(through: stores[number]) })
                {
                    try result.get()
                }
                let newest = try await stores[0].newestVersions()
                #expect(
                    newest == [
                        "pepper": 1, "refresh": expected, "replies": expected, "sealing": expected,
                        "secrets": 1, "signing": expected,
                    ])
                clock.advance(seconds: 90 * 86_400 + 1)
            }
            let actors = try await stores[0].read { tx in
                try tx.auditEvents(.everything, matching: AuditFilter(), after: nil, limit: 100).map(\.actor)
            }
            #expect(actors == Array(repeating: "command:key rotation", count: 8))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `what a worker rotates without its lease is not there`(_ engine: StoreUnderTest) async throws {
        try await engine.open { store in
            let clock = FixedClock()
            let ring = try await KeyRing.open(store: store, masterKey: .generate(), now: clock.now, clock: clock.shared)
            clock.advance(seconds: 91 * 86_400)
            let rotation = KeyRotation(keyRing: ring, days: 90, now: clock.now, logger: Sweeping.logger)
            let claimed = try await LeasedStore.claim(.keyRotation, on: store, by: ID(at: 1), seconds: 60)
            let leased = try #require(claimed)
            try await store.lapse(.keyRotation)
            await #expect(throws: LeaseLost(name: .keyRotation)) { try await rotation.rotate(through: leased) }
            let newest = try await store.newestVersions()
            #expect(newest.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func `keys are left alone before their time, and for ever where the setting is 0`() async throws {
        try await StoreUnderTest.sqlite.open { store in
            let clock = FixedClock()
            let ring = try await KeyRing.open(store: store, masterKey: .generate(), now: clock.now, clock: clock.shared)
            clock.advance(seconds: 90 * 86_400)
            for days in [90, 0] {
                try await KeyRotation(keyRing: ring, days: days, now: clock.now, logger: Sweeping.logger)
                    .rotate(through: store)
                clock.advance(seconds: days == 90 ? 86_400 * 1000 : 0)
            }
            let newest = try await store.newestVersions()
            #expect(newest.values.allSatisfy { $0 == 1 })
        }
    }
}

/// Workers to try.
private enum Sweeping {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let sweeper = ExpirySweeper(policy: Product.standard.policy, now: FixedClock().now)

    /// A node of its own with some work.
    static func work(
        on store: any Store, _ work: @escaping @Sendable (LeasedStore) async throws -> Void
    ) -> LeasedWork {
        LeasedWork(.sweeping, on: store, by: ID(at: 0), every: 60, logger: logger, work)
    }

    /// A node of its own that sweeps, and counts what it removed.
    static func worker(on store: any Store, _ swept: Tally) -> LeasedWork {
        work(on: store) { store in swept.add(try await sweeper.sweep(through: store)) }
    }
}

/// A number that many add to.
private final class Tally: Sendable {
    private let sum = Lock(0)

    var total: Int { sum.withLock { $0 } }

    func add(_ count: Int) {
        sum.withLock { $0 += count }
    }
}

extension Store {
    fileprivate func insertExpiredTokens(_ count: Int) async throws {
        try await write { tx in
            for _ in 0..<count {
                try tx.insertRevokedToken(ID(at: 1), client: .integration(ID(at: 1)), expiresAt: Instant(seconds: 1))
            }
        }
    }

    fileprivate func expiredTokens() async throws -> Int {
        try await read { tx in try tx.revokedTokens(liveAt: Instant(seconds: 0)).count }
    }

    fileprivate func newestVersions() async throws -> [String: Int] {
        try await read { tx in
            Dictionary(try tx.keyRingRows().map { ($0.purpose, $0.version) }, uniquingKeysWith: max)
        }
    }
}
