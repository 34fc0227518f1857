package import CredentialFormat
package import Model
package import Persistence
package import ProductDefinition

/// What an account may have: what its plan gives it, and how many of each. It is read in the transaction that makes
/// something, so a change of the plan at the same moment is before or after it.
package struct AccountTerms: Sendable {
    package let features: Set<PlanFeature>
    private let words: ProductWords
    private let limits: [AccountLimit: Int]
    private let policy: ProductPolicy

    /// What an account of this standing may have.
    package init(of standing: StoredStanding, in product: Product) {
        self.init(ofPlan: standing.plan, isOperator: standing.isOperator, in: product)
    }

    /// The most that the account may have.
    package func maximum(of limit: AccountLimit) -> Int {
        limits[limit] ?? policy.maximum(of: limit)
    }

    /// Refuses what the plan does not have.
    ///
    /// - Throws: ``Refusal/conflict(code:explanation:)`` `plan`.
    package func require(_ feature: PlanFeature) throws(Refusal) {
        guard !features.contains(feature) else { return }
        let lacking =
            switch feature {
            case .apiAccess: "access to the API"
            case .apps: words[.app].plural
            case .connections: words[.connection].plural
            case .webhooks: "webhooks"
            }
        throw .conflict(
            code: "plan", explanation: "The plan of the \(words[.account].singular) does not include \(lacking).")
    }
}

extension AccountTerms {
    fileprivate init(ofPlan plan: String?, isOperator: Bool, in product: Product) {
        limits = product.plans.limits(ofPlan: plan, isOperator: isOperator)
        policy = product.policy
        features = product.plans.features(ofPlan: plan, isOperator: isOperator)
        words = product.words
    }
}

extension Transaction {
    /// What an account may have under a product.
    package borrowing func terms(of account: ID<Organization>, in product: Product) throws -> AccountTerms {
        // Where there are no plans, none is asked for.
        guard !product.plans.definitions.isEmpty else {
            return AccountTerms(ofPlan: nil, isOperator: false, in: product)
        }
        guard let account = try self.account(account) else { throw Refusal.notFound }
        return AccountTerms(ofPlan: account.plan, isOperator: account.isOperator, in: product)
    }
}
