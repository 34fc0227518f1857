import CredentialFormat
import Model
import Persistence
import ProductDefinition

/// Whether an account has room for one more member or organization: its plan says how many, and where that says nothing the product.
struct AccountRoom: Sendable {
    private let product: Product

    init(product: Product) {
        self.product = product
    }

    /// - Throws: ``Refusal/limitReached(code:explanation:)`` `member_limit`
    func requireForMember(in account: ID<Organization>, tx: borrowing Transaction) throws {
        let most = try most(.members, of: account, tx: tx)
        guard try tx.memberCount(ofAccount: account, countingTo: most) < most else {
            throw Refusal.full(code: "member_limit", of: .member, most, calling: product.words)
        }
    }

    /// - Throws: ``Refusal/limitReached(code:explanation:)`` `organization_limit`
    func requireForOrganization(in account: ID<Organization>, tx: borrowing Transaction) throws {
        let most = try most(.organizations, of: account, tx: tx)
        guard try tx.organizationCount(ofAccount: account, countingTo: most) < most else {
            throw Refusal.full(code: "organization_limit", of: .organization, most, calling: product.words)
        }
    }

    private func most(_ limit: AccountLimit, of account: ID<Organization>, tx: borrowing Transaction) throws -> Int {
        let standard = product.policy.maximum(of: limit)
        // Where there are no plans, none is asked for.
        guard !product.plans.definitions.isEmpty else { return standard }
        guard let account = try tx.account(account) else { throw Refusal.notFound }
        return product.plans.limits(ofPlan: account.plan, isOperator: account.isOperator)[limit] ?? standard
    }
}
