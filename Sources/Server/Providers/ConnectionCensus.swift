import HTTPServing
import Locking
import Logging
import Model
import Persistence
import ServiceLifecycle

/// Counts connections once a minute, for metrics. Only where metrics are told.
final class ConnectionCensus: Service {
    /// From one count to the next, in seconds.
    private static let interval = 60
    private static let day = 86_400

    /// What was found the last time.
    struct Found: Sendable {
        var counts: [ConnectionCount] = []
        var firstDue: Instant?
        var missedPromises = 0
        var clients: [ProviderAccess] = []
    }

    private let store: any Store
    private let now: @Sendable () -> Instant
    private let logger: Logger
    private let state = Lock<Found?>(nil)

    init(store: any Store, now: @escaping @Sendable () -> Instant, logger: Logger) {
        self.store = store
        self.now = now
        self.logger = logger
    }

    /// Nil before the first count.
    var found: Found? { state.withLock(\.self) }

    /// How long what is due longest has waited, in seconds.
    var lag: Int? { found.map { $0.firstDue.map { max(0, now().seconds(since: $0)) } ?? 0 } }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do {
                    try await count()
                } catch {
                    logger.debug("connections were not counted", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(Self.interval))
            }
        }
    }

    /// Counts once.
    ///
    /// - Throws: ``StoreError``.
    func count() async throws {
        let yesterday = now().adding(seconds: -Self.day)
        let found = try await store.read { tx in
            let counts = try tx.connectionCounts()
            let firstDue = try Set(counts.map(\.provider)).compactMap { try tx.firstConnectionDue(at: $0) }.min()
            return Found(
                counts: counts, firstDue: firstDue, missedPromises: try tx.missedPromises(since: yesterday),
                clients: try tx.providerAccesses())
        }
        state.withLock { $0 = found }
    }
}
