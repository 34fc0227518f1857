package import CredentialFormat
package import Logging
package import Persistence
import ServiceLifecycle

/// Writes down what ``UsageLedger`` and ``UsageMeter`` counted, every few seconds and once more at the end.
///
/// So many rows a second at most that this never takes a noticeable part of a processor: where a great many credentials
/// are in use, their last use is known later, and requests are answered as fast as ever. Of several nodes one writes at
/// a time, so that they never wait for each other's rows; the others count on meanwhile.
package struct UsageFlush: Service {
    /// Rows each time: 2,000 a second.
    private static let step = 10_000
    /// Rows at the end, which has to fit into a shutdown.
    private static let lastStep = 100_000
    /// How long the lease is had after each transaction, in seconds. A node that dies keeps others waiting for so long.
    private static let leaseSeconds = 10
    /// How long to wait before looking again whether another node has done.
    private static let pause = Duration.milliseconds(250)

    private let ledger: UsageLedger
    private let meter: UsageMeter?
    private let store: any Store
    private let node: ID<Node>
    private let interval: Duration
    private let patience: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - meter: What counts calls beside the ledger, written down in the same turn.
    ///   - interval: From one flush to the next.
    ///   - patience: How long the last flush waits for other nodes. Then it goes on beside them, which is slower and no
    ///     less right: counts are added.
    package init(
        _ ledger: UsageLedger, and meter: UsageMeter? = nil, store: any Store, node: ID<Node>,
        every interval: Duration = .seconds(5),
        patience: Duration = .seconds(2), logger: Logger
    ) {
        self.ledger = ledger
        self.meter = meter
        self.store = store
        self.node = node
        self.interval = interval
        self.patience = patience
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            // The sleep fails when the server is told to end. What is left then is for the last flush.
            while (try? await Task.sleep(for: interval)) != nil {
                await report(isLast: false) { try await flush() }
            }
        }
        // In a task of its own: where others took too long to end, this one is cancelled.
        await Task { await report(isLast: true) { try await lastFlush() } }.value
    }

    private var isEmpty: Bool { ledger.isEmpty && meter?.isEmpty ?? true }

    /// Waits for its turn, and writes down one step.
    private func flush() async throws {
        guard !isEmpty, let leased = try await turn(within: interval) else { return }
        try await flush(atMost: Self.step, through: leased)
    }

    /// Writes down what it can at the end, if need be without a turn of its own.
    func lastFlush() async throws {
        guard !isEmpty else { return }
        if let leased = try await turn(within: patience) {
            try await flush(atMost: Self.lastStep, through: leased)
        } else {
            try await ledger.flush(atMost: Self.lastStep)
            try await meter?.flush(atMost: Self.lastStep)
        }
    }

    private func flush(atMost limit: Int, through leased: LeasedStore) async throws {
        do {
            try await ledger.flush(atMost: limit, through: leased)
            try await meter?.flush(atMost: limit, through: leased)
        } catch {
            try? await leased.release()
            throw error
        }
        try await leased.release()
    }

    /// The store under the lease, nil if other nodes had it all the time.
    private func turn(within patience: Duration) async throws -> LeasedStore? {
        let end = ContinuousClock.now + patience
        while true {
            let leased = try await LeasedStore.claim(.usage, on: store, by: node, seconds: Self.leaseSeconds)
            if leased != nil || ContinuousClock.now >= end { return leased }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func report(isLast: Bool, _ flush: () async throws -> Void) async {
        do {
            try await flush()
        } catch is CancellationError {
            // The server ends. The last flush goes on from here.
        } catch let error as StoreError where error.isOutage && !isLast {
            logger.debug("usage stays counted", metadata: ["error": "\(error)"])
        } catch {
            logger.warning("usage was not written down, and stays counted", metadata: ["error": "\(error)"])
        }
    }
}
