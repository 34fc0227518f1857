package import CredentialFormat
import Events
package import Model
package import Persistence
import Policy

extension Refusal {
    /// Of what is disabled nothing more is given out.
    static var disabled: Refusal {
        .conflict(code: "disabled", explanation: "It is disabled. Enable it first.")
    }
}

extension IntegrationService {
    /// Has an integration refused until it is enabled, with its secrets and all tokens that were issued to it. Once more changes nothing.
    package func disable(
        _ id: ID<Integration>, in organizationID: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Integration {
        let integration = try find(id, in: organizationID, where: actor, may: .integrationsManage, tx: tx).integration
        guard integration.disabling == nil else { return integration }
        return try setDisabled(integration, Disabling(at: now(), by: actor.label), as: actor, tx: tx)
    }

    /// Ends what ``disable(_:in:as:tx:)`` began: what was issued before and has not expired is good again. Once more changes nothing.
    package func enable(
        _ id: ID<Integration>, in organizationID: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Integration {
        let (integration, organization) = try find(
            id, in: organizationID, where: actor, may: .integrationsManage, tx: tx)
        try requireGivable(integration.scopes, in: organization, by: actor, tx: tx)
        guard integration.disabling != nil else { return integration }
        return try setDisabled(integration, nil, as: actor, tx: tx)
    }

    private func setDisabled(
        _ integration: Integration, _ disabling: Disabling?, as actor: Actor, tx: borrowing Transaction
    ) throws -> Integration {
        var integration = integration
        integration.disabling = disabling
        integration.revision += 1
        try tx.setDisabled(integration.id, disabling)
        try note(
            disabling == nil ? .integrationEnabled : .integrationDisabled, integration, [:], by: actor, at: now(),
            tx: tx)
        return integration
    }
}
