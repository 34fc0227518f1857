import Connections
import Logging
import Persistence
import ServiceLifecycle

/// Writes down who used which connection, in batches while the server runs, and the rest when it ends.
struct ConnectionUseFlush: Service {
    private let record: UseRecord
    private let interval: Duration
    private let logger: Logger

    init(_ record: UseRecord, every interval: Duration = .seconds(5), logger: Logger) {
        self.record = record
        self.interval = interval
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil { await flush(all: false) }
        }
        await flush(all: true)
    }

    private func flush(all: Bool) async {
        do {
            try await record.flush(all: all)
        } catch is CancellationError {
            // The server ends. The last flush goes on from here.
        } catch let error as StoreError where error.isOutage {
            logger.debug("uses of connections wait", metadata: ["error": "\(error)"])
        } catch {
            logger.warning("uses of connections were not written down, and wait", metadata: ["error": "\(error)"])
        }
    }
}
