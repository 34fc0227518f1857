import Logging
import ServiceLifecycle

/// Compares this node's time with the database's again and again. While the database does not answer, the node goes on with what
/// it knew.
struct DatabaseClockKeeping: Service {
    let clock: DatabaseClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(DatabaseClock.seconds))
                guard !Task.isCancelled else { return }
                do {
                    try await clock.compare()
                } catch {
                    logger.debug("the database's clock was not read", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
