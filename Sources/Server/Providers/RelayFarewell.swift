import Connections
import Logging
import Outbound
import ServiceLifecycle

/// Ends the calls that are passed on to providers a while after the server is told to end: their answers may come for minutes, and
/// everything else that ends with the server waits for them.
struct RelayFarewell: Service {
    /// How long they may go on. Less than the whole end may take.
    private static let grace = Duration.seconds(5)

    /// What has been read of them by then is still passed on, to those who take it.
    private static let rest = Duration.seconds(1)

    let outbound: OutboundCall
    let use: ConnectionUse
    let logger: Logger

    /// Serves until shut down, as the first of all: what comes after it in the order of ending is told at once.
    func run() async throws {
        try? await gracefulShutdown()
        Task { [outbound, use, logger] in
            try? await Task.sleep(for: Self.grace)
            do {
                try await outbound.endRelays()
            } catch {
                logger.warning("calls to providers were not ended", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.rest)
            use.endReplies()
        }
    }
}
