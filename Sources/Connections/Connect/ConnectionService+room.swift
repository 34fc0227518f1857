import CredentialFormat
import Model
import Persistence
import ProductDefinition

extension ConnectionService {
    /// Refuses one more connection where the account has as many as it may. Asked before anybody is sent to a provider or anything is
    /// spent, and in the transaction that makes one, so it holds under races too (threat K2).
    ///
    /// - Throws: ``Refusal/limitReached(code:explanation:)`` `connection_limit`.
    func requireRoom(in account: ID<Organization>, tx: borrowing Transaction) throws {
        let most = try most(ofAccount: account, tx: tx)
        guard try tx.liveConnections(ofAccount: account, countingTo: most) >= most else { return }
        let words = product.words
        throw Refusal.limitReached(
            code: "connection_limit",
            explanation: """
                The \(words[.account].singular) has \(words[.connection].counted(most)), the most it may have.
                """)
    }

    private func most(ofAccount id: ID<Organization>, tx: borrowing Transaction) throws -> Int {
        let standard = product.policy.maximum(of: .connections)
        // Where there are no plans, none is asked for.
        guard !product.plans.definitions.isEmpty else { return standard }
        guard let account = try tx.account(id) else { throw Refusal.notFound }
        let limits = product.plans.limits(ofPlan: account.plan, isOperator: account.isOperator)
        return limits[.connections] ?? standard
    }
}
