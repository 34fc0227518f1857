import Logging
import Model
import Persistence
import ProductDefinition
import ServiceLifecycle

/// Removes what has expired, in small steps, so that no table grows without bound (law 7) and nobody waits for it.
struct ExpirySweeper: Service {
    private static let pause = Duration.seconds(60)
    private static let step = 500

    let store: any Store
    let policy: ProductPolicy
    let now: @Sendable () -> Instant
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await sweep()
                } catch {
                    logger.warning("sweeping failed, and is tried again", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Removes all that has expired by now.
    func sweep() async throws {
        let now = now()
        let day = 86_400
        try await sweep { try $0.sweepRevokedTokens(before: now, limit: Self.step) }
        try await sweep { try $0.sweepIdempotentReplies(before: now.adding(seconds: -day), limit: Self.step) }
        try await sweep { try $0.sweepClientSecrets(before: now, limit: Self.step) }
        try await sweep { try $0.sweepAPIKeys(before: now.adding(seconds: -90 * day), limit: Self.step) }
        let retention = -policy.auditRetentionDays * day
        try await sweep { try $0.sweepAuditEvents(before: now.adding(seconds: retention), limit: Self.step) }
    }

    private func sweep(_ step: @escaping @Sendable (borrowing Transaction) throws -> Int) async throws {
        while try await store.write(step) == Self.step {
            try Task.checkCancellation()
        }
    }
}
