package import CredentialFormat
import Locking
package import Logging
package import Model
package import Persistence
package import ProviderDefinition
package import Tokens

/// Renews connections so that none is lost: under a lease with a fence, with a note before the provider is asked, and with what came
/// of it written in one transaction. Many nodes share the work by leases; one node asks once for all who want the same connection
/// renewed (a single flight).
package final class RenewalEngine: Sendable {
    /// Connections that are renewed at once in a round.
    private static let width = 16

    /// What came of a renewal.
    package enum Outcome: Sendable, Equatable {
        case renewed(generation: Int)
        /// Somebody else did it, or it was not wanted any more.
        case unchanged(generation: Int)
        /// Another node is at it.
        case busy
        /// Not now: what was lost must be waited for, or only people had to be told.
        case postponed
        /// Not before then: the provider is asked as much as it takes, or is out of order.
        case throttled(until: Instant)
        /// Not now: somebody's wish had it tried a moment before.
        case tried
        case failed(code: String)
        /// The provider gave tokens that the database did not take yet. They wait in the journal.
        case waiting
        /// No such connection, or nothing of it can be renewed.
        case impossible
    }

    /// Why it is wanted.
    enum Cause: Equatable {
        /// It is due.
        case schedule
        /// A call needs it now: neither back-off nor throttle holds it up.
        case need
        /// Somebody wants it now: no back-off holds it up, but an attempt of so many seconds ago, and the throttle as what is due.
        case wish(pause: Int)
    }

    let store: any Store
    let node: ID<Node>
    let vault: ConnectionVault
    let keyRing: KeyRing
    let journal: RecoveryJournal
    package let throttle: ProviderThrottle
    let caller: any RenewalCaller
    let provider: @Sendable (String) -> Provider?
    let logger: Logger
    let now: @Sendable () -> Instant
    let pause: @Sendable (Duration) async -> Void
    /// By the database's clock. A request ends within 45 s; where one takes longer, it is prolonged.
    let leaseSeconds: Int
    let leases: LeaseKeeper
    let grounds: Gathering<GroundReading>
    let notes: Gathering<AttemptNoting>
    let saves: Gathering<RenewalSaving>
    private let flights = Lock<[ID<Connection>: Task<Outcome, any Error>]>([:])

    /// - Parameters:
    ///   - provider: The provider of that name, nil where there is none.
    ///   - leaseSeconds: For how long a node that is gone, or stands still, keeps others from its connections.
    ///   - pause: Waits between two offers to the database.
    package init(
        store: any Store, node: ID<Node>, vault: ConnectionVault, keyRing: KeyRing, journal: RecoveryJournal,
        throttle: ProviderThrottle = ProviderThrottle(), provider: @escaping @Sendable (String) -> Provider?,
        caller: any RenewalCaller, logger: Logger, leaseSeconds: Int = 60, now: @escaping @Sendable () -> Instant,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.node = node
        self.vault = vault
        self.keyRing = keyRing
        self.journal = journal
        self.throttle = throttle
        self.provider = provider
        self.caller = caller
        self.leaseSeconds = leaseSeconds
        self.pause = pause
        self.logger = logger
        self.now = now
        leases = LeaseKeeper(seconds: leaseSeconds)
        grounds = Gathering(GroundReading(store: store, now: now))
        notes = Gathering(AttemptNoting(store: store))
        saves = Gathering(RenewalSaving(store: store))
    }

    /// Has the key for fingerprints ready, and hands on what the journal has. Called before anything else.
    package func start() async throws {
        try await keyRing.ensure(.fingerprints)
        await recover()
    }

    /// Renews what is due, and what is in the journal first, for proofs in which time passes in rounds; a server has
    /// ``ConnectionUpkeep``. One that fails holds up no other; one that takes long holds up the end of the round.
    ///
    /// - Parameter limit: Of each provider.
    /// - Returns: How each ended.
    @discardableResult
    package func round(limit: Int = 100) async throws -> [Outcome] {
        await recover()
        let due = try await claim { _ in limit }
        return await withTaskGroup(of: Outcome.self) { group in
            var outcomes: [Outcome] = []
            for (number, held) in due.enumerated() {
                if number >= Self.width, let outcome = await group.next() { outcomes.append(outcome) }
                group.addTask { await self.renew(held) }
            }
            for await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }

    /// Claims what is due, the longest due first.
    ///
    /// - Parameter room: How many of a provider are wanted. None of another provider waits for them.
    func claim(room: (_ provider: String) -> Int) async throws -> [HeldLease] {
        let time = now()
        let providers = try await store.read { tx in try tx.providersWithDueConnections(at: time) }
        let limits = providers.map { ($0, room($0)) }.filter { $0.1 > 0 }
        guard !limits.isEmpty else { return [] }
        let asked = ContinuousClock.now
        let leases = try await store.write { [node, leaseSeconds] tx in
            var leases: [ConnectionLease] = []
            for (provider, limit) in limits {
                leases += try tx.claimDueConnections(
                    of: provider, at: time, by: node, seconds: leaseSeconds, limit: limit)
            }
            return leases
        }
        return leases.map { HeldLease($0, seconds: leaseSeconds, asked: asked, on: store, logger: logger) }
    }

    /// Renews what was claimed.
    func renew(_ held: HeldLease) async -> Outcome {
        do {
            return try await perform(held, .schedule)
        } catch {
            // The lease lapses, and it is tried again.
            logger.warning(
                "a connection was not renewed, and is tried again",
                metadata: ["connection": "\(held.lease.connection.id)", "error": "\(error)"])
            return .failed(code: "store")
        }
    }

    /// Renews one connection now. Who asks while it is renewed gets what comes of that.
    ///
    /// - Parameters:
    ///   - generation: Nothing is done where the connection has another one already: whoever saw a token of that generation
    ///     refused makes no second renewal.
    ///   - pause: For a wish by hand: it is ``Outcome/tried`` within so many seconds of an attempt, looked at under the lease, so that of
    ///     many who ask at once none comes behind another; and ``Outcome/throttled(until:)`` where the provider must not be asked. 0 for
    ///     a call that needs it, which neither holds up.
    package func renew(
        _ id: ID<Connection>, ifGeneration generation: Int? = nil, pause: Int = 0
    ) async throws -> Outcome {
        let flight = flights.withLock { flights in
            if let flight = flights[id] { return flight }
            let flight = Task {
                defer { self.flights.withLock { $0[id] = nil } }
                return try await self.claimed(id, ifGeneration: generation, pause > 0 ? .wish(pause: pause) : .need)
            }
            flights[id] = flight
            return flight
        }
        let outcome = try await flight.value
        switch outcome {
        case .throttled, .tried:
            // What holds up somebody's wish must not hold up who needs it.
            return pause > 0 ? outcome : try await renew(id, ifGeneration: generation)
        case .renewed, .unchanged, .busy, .postponed, .failed, .waiting, .impossible: return outcome
        }
    }

    private func claimed(
        _ id: ID<Connection>, ifGeneration generation: Int?, _ cause: Cause
    ) async throws -> Outcome {
        guard let held = try await claim(id, ifGeneration: generation, retaking: false) else {
            guard let found = try await store.read({ tx in try tx.connection(id) }) else { return .impossible }
            if let generation, found.generation != generation { return .unchanged(generation: found.generation) }
            return .busy
        }
        return try await perform(held, cause)
    }

    func claim(_ id: ID<Connection>, ifGeneration generation: Int?, retaking: Bool) async throws -> HeldLease? {
        let asked = ContinuousClock.now
        let lease = try await store.write { [node, leaseSeconds] tx in
            try tx.claim(id, ifGeneration: generation, by: node, seconds: leaseSeconds, retaking: retaking)
        }
        return lease.map { HeldLease($0, seconds: leaseSeconds, asked: asked, on: store, logger: logger) }
    }
}
