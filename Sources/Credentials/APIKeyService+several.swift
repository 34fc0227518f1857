package import CredentialFormat
import Events
package import Model
package import Persistence

extension APIKeyService {
    /// How many are changed together.
    package static let mostChangedTogether = 100

    /// Those of these keys that are there, in an organization and those below it; oldest first. What is gone or elsewhere is left out.
    package func several(
        _ ids: Set<ID<APIKey>>, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> [ListedAPIKey] {
        let organization = try tx.organization(id, where: actor, may: .apiKeysManage)
        let asked = ids.sorted { $0.value < $1.value }.prefix(Self.mostChangedTogether)
        return try tx.listedAPIKeys(Array(asked), within: organization.path)
    }

    /// Changes them, each by the rule for one: all, or none where one may not be.
    ///
    /// - Returns: How many it were.
    package func change(
        _ ids: Set<ID<APIKey>>, in id: ID<Organization>, by change: SeveralKeysChange, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Int {
        let keys = try several(ids, in: id, as: actor, tx: tx).map(\.key)
        for key in keys {
            switch change {
            case .disable: _ = try disable(key.id, in: key.organization, as: actor, tx: tx)
            case .delete: try delete(key.id, in: key.organization, as: actor, tx: tx)
            }
        }
        return keys.count
    }
}
