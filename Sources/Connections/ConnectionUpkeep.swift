import Locking
package import Logging
import Model
import Persistence
import ServiceLifecycle

/// Renews and probes what is due, for as long as the server runs. First it hands on what the recovery journal has.
///
/// Each provider has lanes of its own: however slow one is, or however much is due there, what is due at others is done at its time; and at
/// one provider a connection that takes long holds up one lane. What was begun is ended when the server shuts down: a token that was spent
/// is not left without its successor.
package final class ConnectionUpkeep: Service {
    /// Requests at a time, for each provider and each kind of work: as many as our client may make in a second, within these bounds.
    private static let lanes = 16.0...128.0
    /// Of the lanes, that are free before more is claimed for them: a quarter. Every claim is a transaction.
    private static let share = 4
    /// Probes that are claimed at a time, of all providers.
    private static let probes = 128

    private enum Work: Hashable {
        case renewal(provider: String)
        case probe(provider: String)
    }

    /// What is looked for: all that is due, once an interval, or more of what had no lane.
    private struct Look {
        var isInterval = false
        var wantsRenewals = false
        /// How many are wanted.
        var probes = 0
    }

    private struct State {
        var busy: [Work: Int] = [:]
        /// Who asks a provider too much at the moment is not asked to wait again and again.
        var resting: Set<Work> = []
        /// Where more was due than had a lane, and how many lanes are free before somebody looks again.
        var waiting: [Work: Int] = [:]
        var next = Look()
        var underWay: [Int: Task<Void, Never>] = [:]
        var number = 0

        /// Whether somebody is to look again because so many lanes are free.
        mutating func isLookWanted(for work: Work, of lanes: Int) -> Bool {
            let room = lanes - (busy[work] ?? 0)
            guard let wanted = waiting[work], !resting.contains(work), room >= wanted else { return false }
            waiting[work] = nil
            switch work {
            case .renewal: next.wantsRenewals = true
            case .probe: next.probes += room
            }
            return true
        }
    }

    private let engine: RenewalEngine
    private let prober: HealthProber?
    private let interval: Duration
    private let logger: Logger
    private let state = Lock(State())
    private let signal: AsyncStream<Void>
    private let awaken: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - prober: Nil where nothing is probed: for measurements of renewals.
    ///   - interval: How often is looked for what is due.
    package init(
        engine: RenewalEngine, prober: HealthProber?, every interval: Duration = .seconds(1), logger: Logger
    ) {
        self.engine = engine
        self.prober = prober
        self.interval = interval
        self.logger = logger
        (signal, awaken) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs until shut down, once.
    package func run() async throws {
        let clock = Task { [interval] in
            while !Task.isCancelled {
                state.withLock { $0.next.isInterval = true }
                awaken.yield()
                try? await Task.sleep(for: interval)
            }
        }
        await withGracefulShutdownHandler {
            var hasStarted = false
            for await _ in signal {
                let next = state.withLock { state in
                    defer { state.next = Look() }
                    if state.next.isInterval { state.resting = [] }
                    return state.next
                }
                // In a task of its own: a shutdown does not break off a claim that the database has made.
                let look = Task { [hasStarted] in await self.look(next, hasStarted: hasStarted) }
                hasStarted = await look.value
            }
        } onGracefulShutdown: { [awaken] in
            awaken.finish()
        }
        clock.cancel()
        while let task = state.withLock({ $0.underWay.values.first }) { await task.value }
    }

    /// Begins what is due and has a lane.
    ///
    /// - Returns: Whether what comes before everything else is done.
    private func look(_ look: Look, hasStarted: Bool) async -> Bool {
        var hasStarted = hasStarted
        do {
            if !hasStarted {
                try await engine.start()
                hasStarted = true
            } else if look.isInterval {
                await engine.recover()
            }
            if look.isInterval || look.wantsRenewals { try await beginRenewals() }
            let probes = look.isInterval ? Self.probes : min(look.probes, Self.probes)
            if let prober, probes > 0 { try await begin(probes, by: prober) }
        } catch let error as StoreError where error.isOutage {
            logger.debug("the upkeep of connections waits", metadata: ["error": "\(error)"])
        } catch {
            logger.warning(
                "the upkeep of connections failed, and is tried again", metadata: ["error": "\(error)"])
        }
        return hasStarted
    }

    private func beginRenewals() async throws {
        var rooms: [String: Int] = [:]
        let claimed = try await engine.claim { provider in
            let room = self.room(.renewal(provider: provider))
            rooms[provider] = room
            return room
        }
        for held in claimed {
            begin(.renewal(provider: held.lease.connection.provider)) { [engine] in
                if case .throttled = await engine.renew(held) { false } else { true }
            }
        }
        let begun = Dictionary(grouping: claimed) { $0.lease.connection.provider }.mapValues(\.count)
        for (provider, room) in rooms {
            let count = begun[provider] ?? 0
            expect(.renewal(provider: provider), more: count >= room, after: count)
        }
    }

    /// Begins probes. Those that find no lane are due again a little later, so they are not in the way of others now.
    private func begin(_ limit: Int, by prober: HealthProber) async throws {
        let claimed = try await prober.claim(limit: limit)
        var begun: [String: Int] = [:]
        for due in claimed {
            guard room(.probe(provider: due.provider)) > 0 else { continue }
            begun[due.provider, default: 0] += 1
            begin(.probe(provider: due.provider)) {
                await prober.probe(due) != .postponed
            }
        }
        for (provider, count) in begun {
            expect(.probe(provider: provider), more: claimed.count >= limit, after: count)
        }
    }

    private func room(_ work: Work) -> Int {
        let lanes = lanes(of: work)
        return state.withLock { $0.resting.contains(work) ? 0 : lanes - ($0.busy[work] ?? 0) }
    }

    private func lanes(of work: Work) -> Int {
        let rate =
            switch work {
            case .renewal(let provider), .probe(let provider): engine.throttle.callsPerSecond(at: provider)
            }
        return Int(min(max(rate, Self.lanes.lowerBound), Self.lanes.upperBound))
    }

    /// - Parameter body: Says whether the provider may be asked for more at once.
    private func begin(_ work: Work, _ body: @escaping @Sendable () async -> Bool) {
        state.withLock { state in
            let number = state.number
            state.number += 1
            state.busy[work, default: 0] += 1
            state.underWay[number] = Task {
                let goesOn = await body()
                self.end(work, number, goesOn: goesOn)
            }
        }
    }

    private func end(_ work: Work, _ number: Int, goesOn: Bool) {
        let lanes = lanes(of: work)
        let isLookWanted = state.withLock { state in
            state.busy[work, default: 1] -= 1
            if state.busy[work] == 0 { state.busy[work] = nil }
            state.underWay[number] = nil
            if !goesOn { state.resting.insert(work) }
            return state.isLookWanted(for: work, of: lanes)
        }
        if isLookWanted { awaken.yield() }
    }

    /// Notes whether more is due than had a lane. Then somebody looks again when a share of the lanes is free, or as many as were
    /// filled last where others are held up for long.
    private func expect(_ work: Work, more: Bool, after begun: Int) {
        let lanes = lanes(of: work)
        let isLookWanted = state.withLock { state in
            state.waiting[work] = more ? max(1, min(begun, lanes / Self.share)) : nil
            return state.isLookWanted(for: work, of: lanes)
        }
        if isLookWanted { awaken.yield() }
    }
}
