package import CredentialFormat
import Events
package import Model
package import Persistence

/// The API keys that somebody looks after, all at once.
extension APIKeyService {
    /// How many are disabled together.
    package static let mostDisabledTogether = 500

    /// The keys that work of those that a member looks after, or of those that were left behind in an organization and below it,
    /// as far as the actor may change them; oldest first.
    package func workingKeys(
        _ filter: StewardFilter, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> [APIKey] {
        let organization = try tx.organization(id, where: actor, may: .apiKeysManage)
        let path =
            switch filter {
            case .member: try actor.reach.bound()
            case .left: organization.path
            }
        return try tx.workingAPIKeys(filter, within: path, at: now(), limit: Self.mostDisabledTogether)
    }

    /// Disables them, each by the rule for one.
    ///
    /// - Returns: How many it were.
    package func disableWorkingKeys(
        _ filter: StewardFilter, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Int {
        let keys = try workingKeys(filter, in: id, as: actor, tx: tx)
        for key in keys { _ = try disable(key.id, in: key.organization, as: actor, tx: tx) }
        return keys.count
    }
}
