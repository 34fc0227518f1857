import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition

extension ConnectionService {
    /// Refuses one more connection where the account has as many as it may. Asked before anybody is sent to a provider or anything is
    /// spent, and in the transaction that makes one, so it holds under races too (threat K2).
    ///
    /// - Throws: ``Refusal/limitReached(code:explanation:)`` `connection_limit`.
    func requireRoom(in account: ID<Organization>, tx: borrowing Transaction) throws {
        let most = try tx.terms(of: account, in: product).maximum(of: .connections)
        guard try tx.liveConnections(ofAccount: account, countingTo: most) >= most else { return }
        throw Refusal.full(code: "connection_limit", of: .connection, most, calling: product.words)
    }
}
