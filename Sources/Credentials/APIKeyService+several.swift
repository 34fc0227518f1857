package import CredentialFormat
import Events
package import Model
package import Persistence
import Policy

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
    /// - Parameter addresses: Of the rule that they get, for that change alone.
    package func change(
        _ ids: Set<ID<APIKey>>, in id: ID<Organization>, by change: SeveralKeysChange, addresses: [String],
        as actor: Actor, tx: borrowing Transaction
    ) throws {
        for key in try several(ids, in: id, as: actor, tx: tx).map(\.key) {
            switch change {
            case .restrict:
                guard getsAddressRule(key) else { continue }
                _ = try edit(
                    key.id, in: key.organization, APIKeyEdit(allowedAddresses: addresses), as: actor, tx: tx)
            case .disable: _ = try disable(key.id, in: key.organization, as: actor, tx: tx)
            case .delete: try delete(key.id, in: key.organization, as: actor, tx: tx)
            }
        }
    }

    /// Whether a key gets an address rule where several do: it has none, and has not expired.
    package func getsAddressRule(_ key: APIKey) -> Bool {
        key.addresses == .anywhere && key.state(at: now()) != .expired
    }

    /// What is wrong with the addresses of a rule, in themselves.
    package func problems(withAddresses addresses: [String]) -> [InvalidField] {
        var checks = FieldChecks()
        _ = checks.addresses(addresses)
        return checks.problems
    }
}
