package import CredentialFormat
import Events
package import Model
package import Persistence
import Policy

extension AppService {
    /// Has an app refused until it is enabled, with its secrets, what it asks people for and all tokens that it holds. Once more changes nothing.
    package func disable(
        _ id: ID<App>, in organizationID: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> App {
        let app = try find(id, in: organizationID, where: actor, may: .appsManage, tx: tx).app
        guard app.disabling == nil else { return app }
        return try setDisabled(app, Disabling(at: now(), by: actor.label), as: actor, tx: tx)
    }

    /// Ends what ``disable(_:in:as:tx:)`` began: what was issued before and has not expired is good again. Once more changes nothing.
    package func enable(
        _ id: ID<App>, in organizationID: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> App {
        let (app, organization) = try find(id, in: organizationID, where: actor, may: .appsManage, tx: tx)
        try requireGivable(app, in: organization, by: actor, tx: tx)
        guard app.disabling != nil else { return app }
        return try setDisabled(app, nil, as: actor, tx: tx)
    }

    private func setDisabled(
        _ app: App, _ disabling: Disabling?, as actor: Actor, tx: borrowing Transaction
    ) throws -> App {
        var app = app
        app.disabling = disabling
        app.revision += 1
        try tx.setDisabled(app.id, disabling)
        try note(disabling == nil ? .appEnabled : .appDisabled, app, [:], by: actor, at: now(), tx: tx)
        return app
    }
}
