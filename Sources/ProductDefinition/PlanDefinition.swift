package import Limits

/// Something that a plan gives an account, or does not.
package enum PlanFeature: String, Hashable, Sendable, CaseIterable {
    /// Credentials of the account are accepted.
    case apiAccess = "api_access"
    /// The account may have apps of its own, and they work.
    case apps
    case connections
    case webhooks
}

/// A plan that accounts are on.
package struct PlanDefinition: Hashable, Sendable {
    /// The most plans that a product may have.
    package static let maximumCount = 64

    /// Whether new customers get it.
    package enum Status: String, Hashable, Sendable, CaseIterable {
        case offered
        /// Accounts that are on it stay; pages do not offer it.
        case legacy
    }

    /// For programs: written as a role's name is.
    package let name: String
    /// For people; nil stands for the name.
    package let title: String?
    package let status: Status
    package let features: Set<PlanFeature>
    /// Limits that differ from the product's own.
    package let limits: [AccountLimit: Int]
    /// Rate limits besides the product's own, and of the same name in place of them.
    package let rateLimits: [RateLimit]

    package init(
        name: String, title: String? = nil, status: Status = .offered,
        features: Set<PlanFeature> = Set(PlanFeature.allCases), limits: [AccountLimit: Int] = [:],
        rateLimits: [RateLimit] = []
    ) {
        self.name = name
        self.title = title
        self.status = status
        self.features = features
        self.limits = limits
        self.rateLimits = rateLimits
    }
}

/// The plans of a product, in the order of the file, and the one of accounts that have none.
package struct PlanCatalogue: Hashable, Sendable {
    package let definitions: [PlanDefinition]
    /// The plan of accounts that were given none; nil where such an account has everything.
    package let standard: String?

    /// - Parameter standard: One of these, by name.
    package init(_ definitions: [PlanDefinition] = [], standard: String? = nil) {
        self.definitions = definitions
        self.standard = standard
    }

    /// The plan of that name.
    package subscript(name: String) -> PlanDefinition? {
        definitions.first { $0.name == name }
    }

    /// What an account may have.
    ///
    /// - Parameters:
    ///   - plan: The name that was written down for it, nil for none.
    ///   - isOperator: Whether it is the operator's own account, which no plan limits.
    package func features(ofPlan plan: String?, isOperator: Bool) -> Set<PlanFeature> {
        guard !isOperator, !definitions.isEmpty, let name = plan ?? standard else { return Set(PlanFeature.allCases) }
        // A plan that the product does not have any more gives nothing (law 3).
        return self[name]?.features ?? []
    }

    /// The limits of an account's plan that differ from the product's own.
    package func limits(ofPlan plan: String?, isOperator: Bool) -> [AccountLimit: Int] {
        guard !isOperator, let name = plan ?? standard else { return [:] }
        return self[name]?.limits ?? [:]
    }
}
