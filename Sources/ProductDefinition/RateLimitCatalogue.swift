package import Limits

/// Which rate limits hold for an account.
package struct RateLimitCatalogue: Sendable {
    private let standard: RateLimitSet?
    private let standardPlan: String?
    private let byPlan: [String: RateLimitSet]

    /// - Parameter limits: Those of the product. A plan's own come besides, and of the same name in place of them.
    init(_ limits: [RateLimit], _ plans: PlanCatalogue) {
        standard = RateLimitSet(limits)
        standardPlan = plans.standard
        var byPlan: [String: RateLimitSet] = [:]
        for plan in plans.definitions {
            byPlan[plan.name] =
                plan.rateLimits.isEmpty ? standard : RateLimitSet(Self.merged(limits, with: plan.rateLimits))
        }
        self.byPlan = byPlan
    }

    static func merged(_ limits: [RateLimit], with own: [RateLimit]) -> [RateLimit] {
        let names = Set(limits.map(\.name))
        return limits.map { limit in own.first { $0.name == limit.name } ?? limit }
            + own.filter { !names.contains($0.name) }
    }

    /// The limits of an account, nil for none.
    ///
    /// - Parameters:
    ///   - plan: The name that was written down for it, nil for none.
    ///   - isOperator: Whether it is the operator's own account, which nothing limits.
    package func limits(ofPlan plan: String?, isOperator: Bool) -> RateLimitSet? {
        guard !isOperator else { return nil }
        return (plan ?? standardPlan).flatMap { byPlan[$0] } ?? standard
    }
}
