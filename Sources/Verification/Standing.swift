package import CredentialFormat
package import Limits
import Locking
package import Model
import Persistence
package import ProductDefinition

/// What verification knows of an organization: where it stands, and whether its account is live. Shared by all that was
/// remembered of its credentials.
package final class Standing: Sendable {
    package let path: OrganizationPath
    /// Whether nothing of the account is accepted.
    package let isSuspended: Bool
    /// Whether this is the operator's own account, whose rights reach everywhere.
    package let isOperator: Bool
    /// What the account's plan gives it.
    package let features: Set<PlanFeature>
    /// Whether API access is among them: every call with an API key asks.
    let hasAPIAccess: Bool
    /// Under which limits the account's calls are counted, nil for none.
    package let rateLimits: RateLimitSet?
    /// The identifier as text.
    package let organizationText: String
    /// The account's identifier as text.
    package let accountText: String
    /// The path as text.
    package let pathText: String
    /// Which credential counts it too.
    let firstHolder = FirstHolder()
    private let validities: [Validity]
    /// Those with one that a credential has of its own.
    private let ownLimits = Lock<[RateLimit: RateLimitSet]>([:])
    /// How many of those are kept.
    private static let mostOwnLimits = 16

    /// About how many bytes one takes at least, with what ends it.
    static let leastBytes = 512
    /// About how many bytes it takes.
    var bytes: Int { Self.leastBytes + path.identifiers.count * 56 }

    package init(
        path: OrganizationPath, isSuspended: Bool, isOperator: Bool, features: Set<PlanFeature>,
        rateLimits: RateLimitSet? = nil, validities: [Validity]
    ) {
        self.path = path
        self.isSuspended = isSuspended
        self.isOperator = isOperator
        self.features = features
        hasAPIAccess = features.contains(.apiAccess)
        self.rateLimits = rateLimits
        self.validities = validities
        organizationText = path.last.description
        accountText = path.root.description
        pathText = path.description
    }

    package var organization: ID<Organization> { path.last }

    /// The limits of the account's calls and one that a credential has of its own. Kept, since each of its calls asks.
    func limits(with own: RateLimit) -> RateLimitSet {
        ownLimits.withLock { kept in
            if let set = kept[own] { return set }
            if kept.count >= Self.mostOwnLimits { kept = [:] }
            let set = RateLimitSet(rateLimits, besides: own)
            kept[own] = set
            return set
        }
    }

    /// Whether nothing was announced about it or an organization above it.
    package var isCurrent: Bool {
        for validity in validities where !validity.holds { return false }
        return true
    }

    /// Whether this is what was read.
    ///
    /// - Parameters:
    ///   - features: What the plan that was read gives.
    ///   - rateLimits: The limits of that plan.
    func says(_ stored: StoredStanding, _ features: Set<PlanFeature>, _ rateLimits: RateLimitSet?) -> Bool {
        path == stored.path && isSuspended == stored.isSuspended && isOperator == stored.isOperator
            && self.features == features && self.rateLimits === rateLimits
    }

    /// How far the rights of its credentials reach. Only the operator's own organization reaches everywhere, not those
    /// below it.
    package var reach: Actor.Reach {
        isOperator && path.identifiers.count == 1 ? .everything : .subtree(path)
    }
}
