import Logging
import Persistence
import ServiceLifecycle

/// Writes down what waits somewhere, every few seconds while the server runs and once more when it ends. For rows that are a node's own:
/// nodes do not wait for each other.
struct PeriodicFlush: Service, NamedPart {
    private let name: String
    private let interval: Duration
    private let logger: Logger
    private let flush: @Sendable (_ isLast: Bool) async throws -> Void

    /// - Parameters:
    ///   - name: What waits, in the plural, for the log.
    ///   - interval: From the end of one flush to the next.
    ///   - flush: Writes down what it can. What it could not waits for the next one.
    init(
        _ name: String, every interval: Duration, logger: Logger,
        _ flush: @escaping @Sendable (_ isLast: Bool) async throws -> Void
    ) {
        self.name = name
        self.interval = interval
        self.logger = logger
        self.flush = flush
    }

    var partName: String { "writing down \(name)" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // The sleep fails when the server is told to end. What is left then is for the last flush.
            while (try? await Task.sleep(for: interval)) != nil { await report(isLast: false) }
        }
        // In a task of its own: where others took too long to end, this one is cancelled.
        await Task { await report(isLast: true) }.value
    }

    private func report(isLast: Bool) async {
        do {
            try await flush(isLast)
        } catch is CancellationError {
            // The server ends. The last flush goes on from here.
        } catch let error as StoreError where error.isOutage {
            logger.debug("\(name) wait", metadata: ["error": "\(error)"])
        } catch {
            logger.warning("\(name) were not written down, and wait", metadata: ["error": "\(error)"])
        }
    }
}
