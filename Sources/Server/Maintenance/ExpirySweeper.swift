import Model
import Persistence
import ProductDefinition

/// Removes what has expired, in small steps, so that no table grows without bound (law 7) and nobody waits for it.
struct ExpirySweeper: Sendable {
    private static let step = 500
    private static let day = 86_400

    let policy: ProductPolicy
    let now: @Sendable () -> Instant

    /// Removes all that has expired by now, each step in a transaction of its own.
    ///
    /// - Returns: How many rows it removed.
    @discardableResult
    func sweep(through store: some Store) async throws -> Int {
        let now = now()
        let yesterday = now.adding(seconds: -Self.day)
        let kept = now.adding(seconds: -KeptRefusal.lifetimeSeconds)
        let lastWeek = now.adding(seconds: -7 * Self.day)
        let lastQuarter = now.adding(seconds: -90 * Self.day)
        // Pushes that are older than a week are refused.
        let lastFortnight = now.adding(seconds: -14 * Self.day)
        let lastTwoDays = now.adding(seconds: -2 * Self.day)
        let counted = now.adding(seconds: -UsageSpan.hoursKeptDays * Self.day)
        let summed = now.adding(seconds: -policy.usageRetentionDays * Self.day)
        let retained = now.adding(seconds: -policy.auditRetentionDays * Self.day)
        // What the log has not taken by then, it will not take: it was told so long that it is damaged.
        let untaken = retained.adding(seconds: -30 * Self.day)
        // Access tokens may outlive the refresh token that they came with, and die with the lineage.
        let refreshed = now.adding(seconds: -policy.accessTokenMaximumSeconds)
        let steps: [@Sendable (borrowing Transaction) throws -> Int] = [
            { try $0.sweepRevokedTokens(before: now, limit: Self.step) },
            { try $0.sweepAuthorizationCodes(before: yesterday, limit: Self.step) },
            { try $0.sweepLineages(before: refreshed, limit: Self.step) },
            { try $0.sweepIdempotentReplies(before: yesterday, limit: Self.step) },
            { try $0.sweepClientSecrets(before: now, limit: Self.step) },
            { try $0.sweepAPIKeys(before: lastQuarter, limit: Self.step) },
            { try $0.sweepAuditEvents(before: retained, untaken: untaken, limit: Self.step) },
            { try $0.sweepAuditLeaves(before: retained, limit: Self.step) },
            { try $0.sweepAuditLogs(limit: Self.step) },
            { try $0.sweepMemberSessions(before: now, limit: Self.step) },
            { try $0.sweepOneTimeLinks(before: yesterday, limit: Self.step) },
            { try $0.sweepAddressLinks(before: yesterday, limit: Self.step) },
            { try $0.sweepSignInAttempts(before: now, limit: Self.step) },
            { try $0.sweepLooks(before: yesterday, limit: Self.step) },
            { try $0.sweepUsage(of: .hour, before: counted, limit: Self.step) },
            { try $0.sweepUsage(of: .day, before: summed, limit: Self.step) },
            { try $0.sweepCallers(before: lastTwoDays, limit: Self.step) },
            { try $0.sweepAgents(before: lastQuarter, limit: Self.step) },
            { try $0.sweepUsageReceipts(olderThan: Self.day, limit: Self.step) },
            { try $0.sweepNodes(olderThan: 3600, limit: Self.step) },
            { try $0.sweepRateCounts(before: yesterday, limit: Self.step) },
            { try $0.sweepRefusals(before: kept, limit: Self.step) },
            { try $0.sweepShreddingReceipts(before: retained, limit: Self.step) },
            { try $0.sweepConnectionSecrets(replacedBefore: yesterday, limit: Self.step) },
            { try $0.sweepProviderAccessSecrets(before: now, limit: Self.step) },
            { try $0.sweepRenewalAttempts(before: lastQuarter, limit: Self.step) },
            { try $0.sweepPromises(settledBefore: retained, limit: Self.step) },
            { try $0.sweepConnectionConsents(before: yesterday, limit: Self.step) },
            { try $0.sweepConnectionEvents(before: lastQuarter, limit: Self.step) },
            { try $0.sweepProviderPushes(before: lastFortnight, limit: Self.step) },
            { try $0.sweepMasterKeyHolders(olderThan: Self.day, limit: Self.step) },
            { try $0.sweepWebhookSecrets(before: now, limit: Self.step) },
            { try $0.sweepWebhookAttempts(before: lastWeek, limit: Self.step) },
            { try $0.sweepWebhookDeliveries(before: lastWeek, limit: Self.step) },
            { try $0.sweepCredentialNetworks(before: lastQuarter, limit: Self.step) },
            { try $0.sweepLifecycleEvents(before: lastQuarter, limit: Self.step) },
        ]
        var total = 0
        for step in steps {
            var removed: Int
            repeat {
                try Task.checkCancellation()
                removed = try await store.write(step)
                total += removed
            } while removed == Self.step
        }
        return total
    }
}
