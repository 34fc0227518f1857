package import Logging
import Persistence
import ServiceLifecycle

/// Writes down what waits in ``RefusalQueue``, every second and once more at the end. Rows are their own, so nodes do not wait for each
/// other.
package struct RefusalFlush: Service {
    private let refusals: RefusalQueue
    private let interval: Duration
    private let logger: Logger

    package init(_ refusals: RefusalQueue, every interval: Duration = .seconds(1), logger: Logger) {
        self.refusals = refusals
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            // The sleep fails when the server is told to end. What is left then is for the last flush.
            while (try? await Task.sleep(for: interval)) != nil { await flush() }
        }
        await flush()
    }

    private func flush() async {
        guard !refusals.isEmpty else { return }
        do {
            try await refusals.flush()
        } catch is CancellationError {
            // The server ends. The last flush goes on from here.
        } catch let error as StoreError where error.isOutage {
            logger.debug("refusals wait", metadata: ["error": "\(error)"])
        } catch {
            logger.warning("refusals were not written down, and wait", metadata: ["error": "\(error)"])
        }
    }
}
