package import Logging
import ServiceLifecycle

/// Writes down what ``UsageLedger`` counted, every few seconds and once more at the end.
package struct UsageFlush: Service {
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
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                await flush()
            }
        }
        await flush()
    }

    private func flush() async {
        do {
            try await ledger.flush()
        } catch {
            logger.warning("usage was not written down, and stays counted", metadata: ["error": "\(error)"])
        }
    }
}
