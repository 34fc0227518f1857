package import CredentialFormat
import Events
package import Model
package import Persistence

/// An integration as people look at it, with its secrets that work.
package struct IntegrationInList: Sendable {
    package let listed: ListedIntegration
    /// Oldest first: one, or two in the middle of a rotation.
    package let secrets: [ClientSecretSummary]
}

extension IntegrationService {
    /// The integrations of an organization and those below it that a query asks for, and how many the account has.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - most: How far is counted.
    package func list(
        in organization: Organization, includeDescendants: Bool = true, _ query: IntegrationQuery, limit: Int,
        countingTo most: Int, as actor: Actor, tx: borrowing Transaction
    ) throws -> (page: OrderedListing<ListedIntegration>, count: Int) {
        try actor.requires(.integrationsRead, in: organization.path)
        let extent: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        return try tx.integrations(extent, query, limit: limit, countingTo: most)
    }

    /// One integration with its use, and its secrets that work.
    package func look(
        _ id: ID<Integration>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> IntegrationInList {
        _ = try tx.organization(organization, where: actor, may: .integrationsRead)
        guard let listed = try tx.listedIntegration(id), listed.integration.organization == organization else {
            throw Refusal.notFound
        }
        return IntegrationInList(
            listed: listed, secrets: try rotation.secrets(of: .integration(id), at: now(), tx: tx))
    }
}
