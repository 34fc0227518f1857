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
    /// Probes that are claimed at a time, of all providers.
    private static let probes = 128

    private enum Work: Hashable {
        case renewal(provider: String)
        case probe(provider: String)
    }

    private struct State {
        var busy: [Work: Int] = [:]
        /// Who asks a provider too much at the moment is not asked to wait again and again.
        var resting: Set<Work> = []
        var underWay: [Int: Task<Void, Never>] = [:]
        var number = 0
    }

    private let engine: RenewalEngine
    private let prober: HealthProber?
    private let interval: Duration
    private let logger: Logger
    private let state = Lock(State())
    private let signal: AsyncStream<Bool>
    private let awaken: AsyncStream<Bool>.Continuation

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
        (signal, awaken) = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs until shut down, once.
    package func run() async throws {
        let clock = Task { [interval, awaken] in
            while !Task.isCancelled {
                awaken.yield(true)
                try? await Task.sleep(for: interval)
            }
        }
        await withGracefulShutdownHandler {
            var hasStarted = false
            for await isInterval in signal {
                if isInterval { state.withLock { $0.resting = [] } }
                // In a task of its own: a shutdown does not break off a claim that the database has made.
                let look = Task { [hasStarted] in await self.look(hasStarted: hasStarted) }
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
    private func look(hasStarted: Bool) async -> Bool {
        var hasStarted = hasStarted
        do {
            if hasStarted {
                await engine.recover()
            } else {
                try await engine.start()
                hasStarted = true
            }
            for held in try await engine.claim(room: { self.room(.renewal(provider: $0)) }) {
                begin(.renewal(provider: held.lease.connection.provider)) { [engine] in
                    await engine.renew(held) != .postponed
                }
            }
            // Those that find no lane are due again a little later, so they are not in the way of others now.
            guard let prober else { return hasStarted }
            for due in try await prober.claim(limit: Self.probes) where room(.probe(provider: due.provider)) > 0 {
                begin(.probe(provider: due.provider)) {
                    await prober.probe(due) != .postponed
                }
            }
        } catch let error as StoreError where error.isOutage {
            logger.debug("the upkeep of connections waits", metadata: ["error": "\(error)"])
        } catch {
            logger.warning(
                "the upkeep of connections failed, and is tried again", metadata: ["error": "\(error)"])
        }
        return hasStarted
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
        let hadWaiting = state.withLock { state in
            let wasFull = state.busy[work] == lanes
            state.busy[work, default: 1] -= 1
            if state.busy[work] == 0 { state.busy[work] = nil }
            state.underWay[number] = nil
            if !goesOn { state.resting.insert(work) }
            return wasFull && goesOn
        }
        // More may wait for the lane.
        if hadWaiting { awaken.yield(false) }
    }
}
