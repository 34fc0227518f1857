package import Logging
import ServiceLifecycle

/// Writes down what ``UsageLedger`` counted, every few seconds and once more at the end.
///
/// So many rows a second at most that this never takes a noticeable part of a processor: where a great many credentials
/// are in use, their last use is known later, and requests are answered as fast as ever.
package struct UsageFlush: Service {
    /// Rows each time: 2,000 a second.
    private static let step = 10_000
    /// Rows at the end, which has to fit into a shutdown.
    private static let lastStep = 100_000

    private let ledger: UsageLedger
    private let interval: Duration
    private let logger: Logger

    package init(_ ledger: UsageLedger, every interval: Duration = .seconds(5), logger: Logger) {
        self.ledger = ledger
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            // The sleep fails when the server is told to end. What is left then is for the last flush.
            while (try? await Task.sleep(for: interval)) != nil {
                await flush(atMost: Self.step)
            }
        }
        await flush(atMost: Self.lastStep)
    }

    private func flush(atMost limit: Int) async {
        do {
            try await ledger.flush(atMost: limit)
        } catch {
            logger.warning("usage was not written down, and stays counted", metadata: ["error": "\(error)"])
        }
    }
}
