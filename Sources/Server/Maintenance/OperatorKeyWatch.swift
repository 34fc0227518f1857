import HTTPServing
import Locking
import Logging
import Measuring
import Model
import Persistence
import ServiceLifecycle

/// Looks now and then until when the operator can come in by a key. From 60 days before the end a metric counts down, and the
/// log warns once a day.
final class OperatorKeyWatch: Service {
    /// From one look to the next, in seconds.
    private static let interval = 300
    private static let day = 86_400

    private struct State {
        var keys: OperatorKeys?
        var warnedAt: Instant?
    }

    private let store: any Store
    private let now: @Sendable () -> Instant
    private let logger: Logger
    private let state = Lock(State())

    init(store: any Store, now: @escaping @Sendable () -> Instant, logger: Logger) {
        self.store = store
        self.now = now
        self.logger = logger
    }

    /// Without a value while there is time, and before the first look.
    var metric: Metric {
        Metric(
            "claviger_operator_key_seconds_left", .gauge,
            "From 60 days before the end: how long the operator has a key that manages accounts, 0 for none."
        ) { [self] in
            state.withLock(\.keys)?.secondsLeft(at: now()).map { [Metric.Reading(Double($0))] } ?? []
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do {
                    try await look()
                } catch {
                    logger.debug("the operator's keys were not looked at", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(Self.interval))
            }
        }
    }

    /// Looks once.
    ///
    /// - Throws: ``StoreError``.
    func look() async throws {
        let now = now()
        let keys = try await store.read { tx in try OperatorKeys(tx, at: now) }
        let problem = keys?.problem(at: now)
        let warns = state.withLock { state in
            state.keys = keys
            guard problem != nil, state.warnedAt.map({ now.seconds(since: $0) >= Self.day }) ?? true else {
                return false
            }
            state.warnedAt = now
            return true
        }
        if warns, let problem { logger.warning("\(problem)") }
    }
}
