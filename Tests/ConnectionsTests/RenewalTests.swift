import CredentialFormat
import Locking
import Logging
import Model
import Persistence
import TestSupport
import Testing

@testable import Connections
@testable import ProviderDefinition

@Suite("Renewal of connections", .onEveryEngine)
struct RenewalTests {
    @Test
    func `what is due is renewed: tokens, clocks, events and the attempt come together, the generation before stays`()
        async throws
    {
        try await RenewalDesk.open { desk in
            let node = desk.node()
            #expect(try await node.round().isEmpty)
            desk.tree.clock.advance(seconds: 6400)
            #expect(try await node.round() == [.renewed(generation: 2)])
            let state = try await desk.state
            #expect(state.status == .connected && state.generation == 2 && state.trouble == Connection.Trouble())
            #expect(state.clocks.accessExpiresAt == desk.tree.clock.current.adding(seconds: 7170))
            let next = try #require(state.nextRenewalAt)
            #expect(next > desk.tree.clock.current && next < desk.tree.clock.current.adding(seconds: 7170 - 800))
            let secrets = try await desk.secrets
            #expect(secrets?.accessToken == "at.2" && secrets?.refreshToken == "rt.2")
            #expect(try await desk.events == [.rotated])
            #expect(try await desk.attempts == [.succeeded])
            #expect(try await node.round().isEmpty)
            let before = try await desk.tree.store.read { [id = desk.connection] tx in
                try tx.connectionSecrets(of: id, generation: 1)
            }
            #expect(before.count == 2)
        }
    }

    @Test func `what is due together is read and written together, and a row that nobody can read is one connection's`()
        async throws
    {
        try await RenewalDesk.open { desk in
            let others = try await desk.addConnections(15)
            let now = desk.tree.clock.current
            try await desk.tree.store.write { [first = desk.connection] tx in
                _ = try tx.execute(
                    """
                    INSERT INTO renewal_attempt (id, connection_id, generation, fence, state, started_at)
                    VALUES (\(ID<RenewalAttempt>(at: 1)), \(first), 1, 1, 'unheard-of', \(now))
                    """)
            }
            desk.tree.clock.advance(seconds: 6400)
            let store = WatchedStore(desk.tree.store)
            let outcomes = try await desk.node(over: store, asking: AnsweringCaller()).round()
            #expect(outcomes.count { $0 == .renewed(generation: 2) } == others.count)
            #expect(outcomes.count { $0 == .failed(code: "store") } == 1)
            #expect(try await desk.state.generation == 1)
            desk.tree.clock.advance(seconds: 8000)
            let (reads, writes) = (store.reads, store.writes)
            let again = try await desk.node(over: store, asking: AnsweringCaller()).round()
            #expect(again.count { $0 == .renewed(generation: 3) } == others.count)
            #expect(store.reads - reads < others.count && store.writes - writes < others.count)
        }
    }

    @Test func `a connection whose lease lapsed while it waited to be read, and that was claimed again, is read once`()
        async throws
    {
        try await RenewalDesk.open { desk in
            let node = desk.node()
            desk.provider.mood = .loses
            desk.tree.clock.advance(seconds: 6400)
            #expect(try await node.round() == [.failed(code: "timeout")])
            var wishes: [RenewalGround.Wish] = []
            for _ in 1...2 {
                let held = try #require(try await node.claim(desk.connection, ifGeneration: 1, retaking: true))
                wishes.append(RenewalGround.Wish(held, desk.provider.file))
            }
            let now = desk.tree.clock.current
            let grounds = try await desk.tree.store.read { [wishes] tx in
                try RenewalGround.all(wishes, at: now, tx: tx)
            }
            // Two attempts of which nobody knows the end would have a person consent again.
            #expect(grounds.map(\.attempts.count) == [1, 1])
            #expect(grounds.map(\.secrets.count) == [2, 2])
        }
    }

    @Test func `of what is saved together, nothing is written for the one that somebody else has renewed meanwhile`()
        async throws
    {
        try await RenewalDesk.open { desk in
            let others = try await desk.addConnections(15)
            let first = desk.connection
            let caller = OvertakenCaller(first) {
                try await desk.tree.store.write { tx in
                    _ = try tx.execute(
                        """
                        UPDATE connection SET generation = 2, fence = fence + 1, lease_owner = NULL, lease_until = 0
                        WHERE id = \(first)
                        """)
                }
            }
            desk.tree.clock.advance(seconds: 6400)
            let outcomes = try await desk.node(asking: caller).round()
            #expect(outcomes.count { $0 == .renewed(generation: 2) } == others.count)
            #expect(outcomes.count { $0 == .unchanged(generation: 2) } == 1)
            let sealed = try await desk.tree.store.read { tx in
                try (others + [first]).map { try tx.connectionSecrets(of: $0, generation: 2).count }
            }
            #expect(sealed == others.map { _ in 2 } + [0])
            #expect(try await desk.events == [])
        }
    }

    @Test func `a data key that another one has replaced is destroyed with the last that it sealed`() async throws {
        let fresh = ScheduledPromise(
            name: "fresh", due: .every(seconds: 86_400), action: .renew(lazily: false, sealing: true))
        try await RenewalDesk.open(schedule: [fresh]) { desk in
            var keys: [Int] = []
            for seconds in [6400, 86_400, 6400, 6400] {
                desk.tree.clock.advance(seconds: seconds)
                _ = try await desk.node().round()
                keys += [
                    try await desk.tree.store.read { [id = desk.connection] tx in
                        try tx.dataKeys(of: id.description).count
                    }
                ]
            }
            #expect(try await desk.state.generation == 5)
            #expect(keys == [1, 2, 1, 1])
            #expect(try await desk.secrets?.refreshToken == "rt.5")
        }
    }

    @Test func `K12: of two nodes and many who ask at once, one spends the token`() async throws {
        try await RenewalDesk.open { desk in
            let nodes = [desk.node("a"), desk.node("b")]
            let ends = await race(12) { number in
                try await nodes[number % 2].renew(desk.connection, ifGeneration: 1)
            }
            let outcomes = try ends.map { try $0.get() }
            #expect(desk.provider.spent == ["rt.1"])
            #expect(outcomes.contains(.renewed(generation: 2)))
            for outcome in outcomes {
                #expect([.renewed(generation: 2), .unchanged(generation: 2), .busy].contains(outcome))
            }
            // Who still thinks of the old one makes no second renewal.
            #expect(try await nodes[0].renew(desk.connection, ifGeneration: 1) == .unchanged(generation: 2))
            #expect(desk.provider.spent.count == 1)
        }
    }

    @Test(
        "K13: a node dies between use and save, and the next one does as the rotation allows",
        arguments: [
            (Renewal.Rotation.replaceOldValid, true), (.retainUntilNextUsed(maximum: nil), true),
            (.grace(seconds: 1800), true), (.singleUse, false),
        ])
    func death(_ rotation: Renewal.Rotation, _ isForgiven: Bool) async throws {
        try await RenewalDesk.open(rotation) { desk in
            let store = FaultyStore(desk.tree.store)
            // All that the node writes from then on is lost, also its journal with it.
            desk.provider.mood = .outlives { store.inject(.death) }
            desk.tree.clock.advance(seconds: 6400)
            let dead = desk.node("dead", over: store)
            #expect(try await dead.round() == [.waiting])
            desk.provider.mood = .well
            try await desk.lapse()
            #expect(try await desk.attempts == [.sent])
            let node = desk.node("next")
            let outcome = try await node.round()
            if isForgiven {
                #expect(outcome == [.renewed(generation: 2)])
                #expect(try await desk.secrets?.refreshToken == "rt.2")
            } else {
                // The token may be dead, and showing it again may end all: what there is serves until shortly before its end.
                #expect(outcome == [.postponed])
                #expect(desk.provider.spent == ["rt.1"])
                var state = try await desk.state
                #expect(state.status == .degraded && state.reason == "ambiguous_refresh")
                #expect(state.nextRenewalAt == state.clocks.accessExpiresAt?.adding(seconds: -120))
                desk.tree.clock.advance(seconds: 800)
                #expect(try await node.round() == [.failed(code: "invalid_grant")])
                state = try await desk.state
                #expect(state.status == .reauthRequired && state.generation == 1)
                #expect(desk.provider.spent == ["rt.1", "rt.1"])
            }
        }
    }

    @Test func `K13: a token is not taken for spent where it is uncertain alone whether its use was written down`()
        async throws
    {
        try await RenewalDesk.open(.singleUse) { desk in
            let store = FaultyStore(desk.tree.store)
            let node = desk.node(over: store)
            desk.tree.clock.advance(seconds: 6400)
            // The claim is the one write before.
            store.inject(.lostAnswer, after: 1)
            #expect(try await node.round() == [.failed(code: "store")])
            #expect(desk.provider.spent == [])
            #expect(try await desk.attempts == [.superseded])
            store.inject(nil)
            try await desk.lapse()
            #expect(try await node.round() == [.renewed(generation: 2)])
            #expect(desk.provider.spent == ["rt.1"])
        }
    }

    @Test(arguments: [true, false])
    func `K13: a token whose answer was lost is shown once more, though a refusal would else be confirmed`(
        _ isLost: Bool
    ) async throws {
        try await RenewalDesk.open(.singleUse) { desk in
            let node = desk.node()
            desk.tree.clock.advance(seconds: 7300)
            if isLost {
                desk.provider.mood = .loses
                #expect(try await node.round() == [.failed(code: "timeout")])
                desk.tree.clock.advance(seconds: 30)
            }
            desk.provider.mood = .refuses(.unnamed)
            #expect(try await node.round() == [.failed(code: "http-400")])
            let state = try await desk.state
            #expect(state.status == (isLost ? .reauthRequired : .degraded) && state.reason == "http-400")
            #expect((state.nextRenewalAt == nil) == isLost)
        }
    }

    @Test func `K13: what came for a spent token outlives an outage of the database and the process in the journal`()
        async throws
    {
        try await RenewalDesk.open(.singleUse) { desk in
            let store = FaultyStore(desk.tree.store)
            desk.provider.mood = .outlives { store.inject(.death) }
            desk.tree.clock.advance(seconds: 6400)
            #expect(try await desk.node("a", over: store).round() == [.waiting])
            desk.provider.mood = .well
            try await desk.lapse()
            // Another node looks at it meanwhile, and lets it be.
            #expect(try await desk.node("b").round() == [.postponed])
            // The same place, started again. It finds in its journal what it lost in memory.
            try await desk.node("a").start()
            #expect(try await desk.state.generation == 2)
            #expect(try await desk.state.status == .connected)
            #expect(try await desk.secrets?.refreshToken == "rt.2")
            #expect(desk.provider.spent == ["rt.1"])
            #expect(try RecoveryJournal(path: "\(desk.folder)/a.journal").entries().isEmpty)
            try await desk.node("a").start()
            #expect(try await desk.state.generation == 2)
        }
    }

    @Test(
        "a node that was paused beyond its lease loses neither the token nor the other's work",
        arguments: [
            (6400, ["rt.1"]),
            // The access token has ended, so the other one tries once more at once, in vain.
            (7300, ["rt.1", "rt.1"]),
        ])
    func standstill(_ seconds: Int, _ spent: [String]) async throws {
        try await RenewalDesk.open(.singleUse) { desk in
            let other = desk.node("b")
            desk.tree.clock.advance(seconds: seconds)
            desk.provider.mood = .outlives {
                try await desk.lapse()
                // Knows that it was sent, and does not know more.
                desk.provider.mood = .well
                _ = try await other.round()
            }
            let outcome = try await desk.node("a").round()
            #expect([[.renewed(generation: 2)], [.unchanged(generation: 2)]].contains(outcome))
            #expect(try await desk.state.generation == 2)
            #expect(try await desk.state.status == .connected)
            #expect(try await desk.secrets?.refreshToken == "rt.2")
            #expect(desk.provider.spent == spent)
        }
    }

    @Test func `a lease is kept for as long as the provider takes, and no other node comes in between`() async throws {
        try await RenewalDesk.open(.replaceOldValid) { desk in
            let other = desk.node("b")
            let others = SeenOutcomes()
            desk.tree.clock.advance(seconds: 6400)
            desk.provider.mood = .outlives {
                desk.provider.mood = .well
                let end = ContinuousClock.now + .seconds(10)
                try await eventually {
                    let found = try await other.round()
                    others.note(found)
                    return ContinuousClock.now > end
                }
            }
            let outcome = try await desk.node("a", leaseSeconds: 8).round()
            #expect(outcome == [.renewed(generation: 2)])
            #expect(others.all == [])
            #expect(desk.provider.spent == ["rt.1"])
        }
    }

    @Test func `a lease that was claimed a while ago is prolonged at once while its token is spent`() async throws {
        try await RenewalDesk.open { desk in
            let claimed = try await desk.tree.store.write { [id = desk.connection] tx in
                try tx.claim(id, by: ID(at: 1), seconds: 600)
            }
            let held = HeldLease(
                try #require(claimed), seconds: 600, asked: .now - .seconds(500), on: desk.tree.store,
                logger: Logger(label: "test"))
            #expect(!held.isSure)
            // A third of it, after which it would be prolonged in any case, is longer than a test waits.
            let leases = LeaseKeeper(seconds: 600)
            leases.keep(held)
            defer { leases.drop(held) }
            #expect(try await eventually { held.isSure })
        }
    }

    @Test func `a node that stood still after its note sends nothing once another one may have the lease`() async throws
    {
        try await RenewalDesk.open(.replaceOldValid) { desk in
            let other = desk.node("b")
            let outcomes = SeenOutcomes()
            desk.tree.clock.advance(seconds: 6400)
            // The second write is the note that a token is about to be spent.
            let store = StandingStore(desk.tree.store, after: 2) {
                try await eventually {
                    let found = try await other.round()
                    outcomes.note(found)
                    return !found.isEmpty
                }
            }
            // As long as a busy machine may take from the claim to the note.
            let outcome = try await desk.node("a", over: store, leaseSeconds: 5).round()
            #expect(outcome == [.busy])
            #expect(outcomes.all == [.renewed(generation: 2)])
            #expect(desk.provider.spent == ["rt.1"])
            #expect(try await desk.state.generation == 2)
            #expect(try await Set(desk.attempts) == [.superseded, .succeeded])
        }
    }

    @Test func `an answer that the database kept without saying so is not a second renewal`() async throws {
        try await RenewalDesk.open(.singleUse) { desk in
            let store = FaultyStore(desk.tree.store)
            desk.tree.clock.advance(seconds: 6400)
            desk.provider.mood = .outlives { store.inject(.lostAnswer) }
            _ = try await desk.node("a", over: store).round()
            desk.provider.mood = .well
            #expect(try await desk.state.generation == 2)
            #expect(try await desk.secrets?.refreshToken == "rt.2")
            #expect(try await desk.events == [.rotated])
        }
    }

    @Test func `an outage waits longer each time, recovers, and is told once`() async throws {
        try await RenewalDesk.open(.none) { desk in
            let node = desk.node()
            desk.provider.mood = .refuses(.outage)
            desk.tree.clock.advance(seconds: 6400)
            for wait in [30, 120, 600, 3600, 3600] {
                #expect(try await node.round() == [.failed(code: "http-503")])
                #expect(try await desk.state.nextRenewalAt == desk.tree.clock.current.adding(seconds: wait))
                #expect(try await node.round().isEmpty)
                desk.tree.clock.advance(seconds: wait)
            }
            #expect(try await desk.state.status == .degraded)
            desk.provider.mood = .well
            #expect(try await node.round() == [.renewed(generation: 2)])
            #expect(try await desk.events == [.degraded, .recovered, .rotated])
            // For two weeks without an end in between, it is over.
            desk.provider.mood = .refuses(.outage)
            for _ in 0..<500 {
                guard try await desk.state.status != .exhausted else { break }
                desk.tree.clock.advance(seconds: 7200)
                _ = try await node.round()
            }
            #expect(try await desk.state.status == .exhausted)
            #expect(try await desk.state.nextRenewalAt == nil)
        }
    }

    @Test func `a wish waits for the provider as what is due does, and a call in need does not`() async throws {
        try await RenewalDesk.open(.none) { desk in
            let throttle = ProviderThrottle(perSecond: 0.1, burst: 1)
            let node = desk.node(throttle: throttle)
            let next = try await desk.state.nextRenewalAt
            let access = try await desk.state.access
            #expect(throttle.delay(desk.provider.file.identifier, access, at: desk.tree.clock.current) == nil)
            let until = desk.tree.clock.current.adding(seconds: 10)
            #expect(try await node.renew(desk.connection, ifGeneration: 1, pause: 30) == .throttled(until: until))
            #expect(try await desk.attempts == [])
            #expect(try await desk.state.nextRenewalAt == next, "The schedule is as it was.")
            #expect(try await node.renew(desk.connection, ifGeneration: 1) == .renewed(generation: 2))
            desk.tree.clock.advance(seconds: 30)
            #expect(try await node.renew(desk.connection, ifGeneration: 2, pause: 30) == .renewed(generation: 3))
        }
    }

    @Test func `a wish that comes behind a renewal that failed has the provider asked no second time`() async throws {
        try await RenewalDesk.open(.none) { desk in
            let (node, other) = (desk.node(), desk.node("b"))
            desk.provider.mood = .refuses(.outage)
            #expect(
                try await node.renew(desk.connection, ifGeneration: 1, pause: 30) == .failed(code: "http-503"))
            let next = try await desk.state.nextRenewalAt
            desk.tree.clock.advance(seconds: 29)
            // Whoever looked before the first one began saw nothing of it.
            #expect(try await other.renew(desk.connection, ifGeneration: 1, pause: 30) == .tried)
            #expect(try await desk.attempts == [.failed])
            #expect(try await desk.state.nextRenewalAt == next)
            desk.tree.clock.advance(seconds: 1)
            desk.provider.mood = .well
            #expect(
                try await other.renew(desk.connection, ifGeneration: 1, pause: 30) == .renewed(generation: 2))
        }
    }

    @Test(arguments: [(7, "testing_mode"), (3, "invalid_grant")])
    func `a token of seven days ends with the reason that our client is in a mode for tests, unless it ended before`(
        _ days: Int, _ reason: String
    ) async throws {
        try await RenewalDesk.open(.none) { desk in
            let end = desk.tree.clock.current.adding(seconds: 7 * 86_400)
            try await desk.tree.store.write { tx in
                _ = try tx.execute("UPDATE connection SET refresh_expires_at = \(end)")
            }
            desk.provider.mood = .refuses(.invalidGrant)
            desk.tree.clock.advance(seconds: days * 86_400)
            #expect(try await desk.node().round() == [.failed(code: reason)])
            let state = try await desk.state
            #expect(state.status == .reauthRequired && state.reason == reason && state.trouble.errorCode == reason)
        }
    }

    @Test func `the operator's fault is no connection's, and a secret beside the new one serves meanwhile`()
        async throws
    {
        try await RenewalDesk.open(.none) { desk in
            let node = desk.node()
            desk.provider.setSecret("s2")
            desk.tree.clock.advance(seconds: 6400)
            #expect(try await node.round() == [.failed(code: "invalid_client")])
            let state = try await desk.state
            #expect(state.status == .connected && state.trouble.failures == 0)
            let access = try #require(try await desk.tree.store.read { tx in try tx.providerAccess(state.access) })
            #expect(access.fault == "invalid_client")
            // The new secret is tried first, and the one before while both are in force.
            for (generation, secret) in [(2, "s2"), (3, "s3")] {
                let now = desk.tree.clock.current
                let (row, key) = try await desk.vault.seal(
                    clientSecret: secret, of: access, generation: generation, at: now)
                try await desk.tree.store.write { tx in
                    try tx.insert(key)
                    try tx.insert(row, endingOthersAt: now.adding(seconds: 86_400))
                }
            }
            desk.tree.clock.advance(seconds: 3600)
            #expect(try await node.round() == [.renewed(generation: 2)])
            #expect(try await desk.tree.store.read { tx in try tx.providerAccess(access.id)?.fault } == nil)
        }
    }

    @Test func `a row that does not open is said of its connection alone`() async throws {
        try await RenewalDesk.open(.none) { desk in
            try await desk.tree.store.write { tx in
                _ = try tx.execute("UPDATE connection_secret SET generation = 2")
                _ = try tx.execute("UPDATE connection SET generation = 2")
            }
            desk.tree.clock.advance(seconds: 6400)
            #expect(try await desk.node().round() == [.failed(code: "credential_unreadable")])
            #expect(try await desk.state.status == .unreadable)
            #expect(desk.provider.spent.isEmpty)
            let path = desk.tree.europe.path
            #expect(
                try await desk.tree.store.read { tx in
                    try tx.connections(.organization(path), after: nil, limit: 9).count
                } == 1)
        }
    }

    @Test func `a promise is kept in the ledger, or late with why`() async throws {
        let weekly = ScheduledPromise(
            name: "weekly", due: .every(seconds: 7 * 86_400), action: .renew(lazily: false, sealing: true))
        try await RenewalDesk.open(.none, schedule: [weekly]) { desk in
            let node = desk.node()
            desk.tree.clock.advance(seconds: 6400)
            #expect(try await node.round() == [.renewed(generation: 2)])
            func lines() async throws -> [ConnectionPromise] {
                try await desk.tree.store.read { [id = desk.connection] tx in try tx.promises(of: id, limit: 99) }
            }
            let first = try #require(try await lines().first)
            #expect(first.state == .open && first.dueAt == desk.tree.clock.current.adding(seconds: 7 * 86_400))
            let keyBefore = try await desk.tree.store.read { tx in try tx.dataKeys(of: desk.connection.description) }
            while desk.tree.clock.current < first.dueAt {
                desk.tree.clock.advance(seconds: 3600)
                _ = try await node.round()
            }
            var all = try await lines()
            #expect(all.map(\.number) == [2, 1] && all[1].state == .kept)
            let keyAfter = try await desk.tree.store.read { tx in try tx.dataKeys(of: desk.connection.description) }
            #expect(keyAfter.last?.id != keyBefore.last?.id, "sealed under a new key")
            desk.provider.mood = .refuses(.outage)
            while desk.tree.clock.current < all[0].dueAt.adding(seconds: 7200) {
                desk.tree.clock.advance(seconds: 3600)
                _ = try await node.round()
            }
            desk.provider.mood = .well
            desk.tree.clock.advance(seconds: 3600)
            _ = try await node.round()
            all = try await lines()
            let late = try #require(all.first { $0.number == 2 })
            #expect(late.state == .late && late.reason == "http-503")
        }
    }
}

/// Answers everybody at once. Something happens before it answers for one of them.
private struct OvertakenCaller: RenewalCaller {
    private let overtaken: ID<Connection>
    private let overtake: @Sendable () async throws -> Void

    init(_ overtaken: ID<Connection>, _ overtake: @escaping @Sendable () async throws -> Void) {
        self.overtaken = overtaken
        self.overtake = overtake
    }

    func renew(_ request: RenewalRequest) async -> ProviderReply {
        if request.connection == overtaken {
            do { try await overtake() } catch { return .notSent(code: "\(error)") }
        }
        return await AnsweringCaller().renew(request)
    }
}

private final class SeenOutcomes: Sendable {
    private let seen = Lock<[RenewalEngine.Outcome]>([])

    var all: [RenewalEngine.Outcome] { seen.withLock { $0 } }

    func note(_ outcomes: [RenewalEngine.Outcome]) { seen.withLock { $0 += outcomes } }
}

/// A store that stands still once after one of its writes, as a process does that is stopped.
private final class StandingStore: Store {
    private let store: any Store
    private let writes: Lock<Int>
    private let meanwhile: @Sendable () async throws -> Void

    init(_ store: any Store, after writes: Int, _ meanwhile: @escaping @Sendable () async throws -> Void) {
        self.store = store
        self.writes = Lock(writes)
        self.meanwhile = meanwhile
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        try await store.read(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        let result = try await store.write(body)
        let left = writes.withLock { left in
            left -= 1
            return left
        }
        if left == 0 { try await meanwhile() }
        return result
    }
}

@Suite("What keeps a provider from being asked too much")
struct ProviderThrottleTests {
    private let clock = FixedClock()
    private let access = ID<ProviderAccess>(at: 1)

    @Test func `a client has a burst, and then so many a second`() {
        let throttle = ProviderThrottle(perSecond: 2, burst: 3)
        for _ in 0..<3 { #expect(throttle.delay("p", access, at: clock.current) == nil) }
        #expect(throttle.delay("p", access, at: clock.current) == clock.current.adding(seconds: 1))
        #expect(throttle.delay("p", ID(at: 2), at: clock.current) == nil)
        clock.advance(seconds: 1)
        #expect(throttle.delay("p", access, at: clock.current) == nil)
        // Probes leave half of a burst to renewals.
        let other = ID<ProviderAccess>(at: 3)
        #expect(throttle.probeDelay("p", other, at: clock.current) == nil)
        #expect(throttle.probeDelay("p", other, at: clock.current) == clock.current.adding(seconds: 1))
        for _ in 0..<2 { #expect(throttle.delay("p", other, at: clock.current) == nil) }
        // A clock that was set back gives nothing.
        clock.advance(seconds: -100)
        #expect(throttle.delay("p", access, at: clock.current) == nil)
        #expect(throttle.delay("p", access, at: clock.current) != nil)
    }

    @Test func `where the product says so, a client asks more`() {
        let throttle = ProviderThrottle(perSecond: 2, burst: 3, others: ["q": 5])
        for _ in 0..<10 { #expect(throttle.delay("q", access, at: clock.current) == nil) }
        #expect(throttle.delay("q", access, at: clock.current) != nil)
        let other = ID<ProviderAccess>(at: 2)
        for _ in 0..<5 { #expect(throttle.probeDelay("q", other, at: clock.current) == nil) }
        #expect(throttle.probeDelay("q", other, at: clock.current) != nil)
    }

    @Test func `the breaker opens where more than three in ten fail, alone for that provider, and closes step by step`()
    {
        let throttle = ProviderThrottle(perSecond: 1000, burst: 1000)
        for number in 0..<9 { throttle.note("p", failed: number < 4, at: clock.current) }
        #expect(!throttle.isOpen("p"))
        throttle.note("p", failed: true, at: clock.current)
        #expect(throttle.isOpen("p") && !throttle.isOpen("q"))
        #expect(throttle.delay("p", access, at: clock.current) == clock.current.adding(seconds: 60))
        #expect(throttle.delay("q", access, at: clock.current) == nil)
        clock.advance(seconds: 60)
        #expect(throttle.delay("p", access, at: clock.current) == nil)
        #expect(throttle.delay("p", access, at: clock.current) != nil, "one tries")
        throttle.note("p", failed: true, at: clock.current)
        #expect(throttle.delay("p", access, at: clock.current) == clock.current.adding(seconds: 60))
        clock.advance(seconds: 60)
        for _ in 0..<20 where throttle.delay("p", access, at: clock.current) == nil {
            throttle.note("p", failed: false, at: clock.current)
        }
        #expect(!throttle.isOpen("p"))
    }
}
