import Connections
import Logging
import ServiceLifecycle

/// Renews what is due, or probes it, round after round. Every node does, and leases keep them apart. When the server ends, what was asked
/// of providers is waited for: an answer that nobody heard could be the only copy of a token.
struct ConnectionUpkeep: Service {
    /// What is done in a round.
    enum Work: Sendable {
        case renewals(RenewalEngine)
        case probes(HealthProber)
    }

    /// More than one round takes: then the next follows at once.
    private static let limit = 64
    /// Between rounds that found less, in seconds.
    private static let pause = 5

    let work: Work
    let logger: Logger

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if await round() == Self.limit { continue }
            await cancelWhenGracefulShutdown {
                try? await Task.sleep(for: .seconds(Self.pause))
            }
        }
    }

    /// - Returns: How many connections were looked at.
    private func round() async -> Int {
        do {
            switch work {
            case .renewals(let engine): return try await engine.round(limit: Self.limit).count
            case .probes(let prober): return try await prober.round(limit: Self.limit).count
            }
        } catch {
            logger.debug("upkeep of connections waits", metadata: ["error": "\(error)"])
            return 0
        }
    }
}
