package import CredentialFormat
package import Model
package import Persistence
import Policy

extension IntegrationService {
    /// Puts another integration in the place of one, with an identifier and a secret of its own and all else the same. The one
    /// before is gone, with its secrets and access tokens.
    package func replace(
        _ id: ID<Integration>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Issued<Integration> {
        let before = try get(id, in: organization, as: actor, tx: tx)
        try delete(id, in: organization, as: actor, tx: tx)
        return try create(
            IntegrationDraft(
                label: before.label, scopes: before.scopes.scopes.map(\.name),
                allowedAddresses: .some(before.addresses.ranges?.map(\.description)),
                accessTokenSeconds: before.accessTokenSeconds, tokenFormat: before.tokenFormat.rawValue,
                callLimit: before.callLimit?.description),
            in: organization, as: actor, tx: tx)
    }
}
