package import Model

/// Something of which an account may have so many and no more: a word of `plans.*.limits`, and of the policy where a plan says
/// nothing. What a limit counts is asked in the transaction that makes one more.
package enum AccountLimit: String, Hashable, Sendable, CaseIterable {
    case apiKeys = "api_keys"
    case integrations
    case apps
    case connections
    case members
    case organizations
}

extension ProductPolicy {
    /// The most that an account may have where its plan says nothing.
    package func maximum(of limit: AccountLimit) -> Int {
        switch limit {
        case .apiKeys: apiKeysPerAccount
        case .integrations: integrationsPerAccount
        case .apps: appsPerAccount
        case .connections: connectionsPerAccount
        case .members: membersPerAccount
        case .organizations: organizationsPerAccount
        }
    }
}

extension Product {
    /// The most API keys that any account may have, whatever its plan.
    package var mostAPIKeysPerAccount: Int {
        let own = policy.maximum(of: .apiKeys)
        return plans.definitions.reduce(own) { max($0, $1.maximum(of: .apiKeys, under: policy)) }
    }
}

extension PlanDefinition {
    /// The most that an account of this plan may have.
    package func maximum(of limit: AccountLimit, under policy: ProductPolicy) -> Int {
        limits[limit] ?? policy.maximum(of: limit)
    }
}

extension Refusal {
    /// The account has as many as it may.
    ///
    /// - Parameter narrowing: What is said besides of those that count.
    package static func full(
        code: String, of term: Term, _ limit: Int, adding narrowing: String = "", calling words: ProductWords
    ) -> Refusal {
        .limitReached(
            code: code,
            explanation: """
                The \(words[.account].singular) has \(words[term].counted(limit))\(narrowing), the most it may have.
                """)
    }
}
