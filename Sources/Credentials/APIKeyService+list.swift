package import CredentialFormat
import Events
package import Model
package import Persistence

extension APIKeyService {
    /// The keys of an organization and those below it that a query asks for, and how many of the account live.
    ///
    /// - Parameters:
    ///   - includeDescendants: Whether those below count.
    ///   - limit: How many at most.
    ///   - most: How far is counted.
    package func list(
        in organization: Organization, includeDescendants: Bool = true, _ query: APIKeyQuery, limit: Int,
        countingTo most: Int, as actor: Actor, tx: borrowing Transaction
    ) throws -> (page: OrderedListing<ListedAPIKey>, count: Int) {
        try actor.requires(.apiKeysRead, in: organization.path)
        let extent: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        return try tx.apiKeys(extent, query, limit: limit, countingTo: most, at: now())
    }

    /// One key as a list shows it.
    package func look(
        _ id: ID<APIKey>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> ListedAPIKey {
        _ = try tx.organization(organization, where: actor, may: .apiKeysRead)
        guard let listed = try tx.listedAPIKey(id), listed.key.organization == organization else {
            throw Refusal.notFound
        }
        return listed
    }
}
