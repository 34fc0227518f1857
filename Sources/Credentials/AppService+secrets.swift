package import CredentialFormat
import Events
package import Model
package import Persistence
import ProductDefinition

// What integrations can do with their secrets, confidential apps can with theirs.

extension AppService {
    /// Gives another secret. The one in force ends at once, or after `overlapSeconds`. A public app has none.
    ///
    /// - Parameter force: Rotates although an overlap is still running, and ends the oldest secret.
    package func rotate(
        _ id: ID<App>, in organizationID: ID<Organization>, overlapSeconds: Int = 0, force: Bool = false,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Issued<App> {
        var app = try find(id, in: organizationID, where: actor, may: .appsManage, tx: tx).app
        guard !app.isPublic else { throw Refusal.publicApp(product.words) }
        let now = now()
        let rotated = try rotation.rotate(
            .app(id), with: app.scopes, overlapSeconds: overlapSeconds, force: force, as: actor, at: now, tx: tx)
        app.revision += 1
        try note(.appRotated, app, ["overlap_seconds": "\(overlapSeconds)"], by: actor, at: now, tx: tx)
        return Issued(app, secret: rotated.secret, previousExpiresAt: rotated.previousExpiresAt)
    }

    /// The secrets that work, oldest first: one, or two in the middle of a rotation; none of a public app.
    package func secrets(
        of id: ID<App>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> [ClientSecretSummary] {
        _ = try find(id, in: organization, where: actor, may: .appsRead, tx: tx)
        return try rotation.secrets(of: .app(id), at: now(), tx: tx)
    }

    /// Moves the end of the older secret, to at most the longest overlap from now.
    package func extendSecret(
        _ secretID: ID<ClientSecret>, of id: ID<App>, in organization: ID<Organization>, until expiresAt: Instant?,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> ClientSecretSummary {
        let app = try find(id, in: organization, where: actor, may: .appsManage, tx: tx).app
        let now = now()
        let extended = try rotation.extend(
            secretID, of: .app(id), with: app.scopes, until: expiresAt, as: actor, at: now, tx: tx)
        guard expiresAt != nil else { return extended }
        try note(.appSecretExtended, app, ["secret": secretID.description], by: actor, at: now, tx: tx)
        return extended
    }

    /// Has a secret refused until somebody has looked whether it leaked. Once more changes nothing.
    ///
    /// - Returns: Whether it was accepted before.
    @discardableResult
    package func quarantineSecret(
        _ secretID: ID<ClientSecret>, of id: ID<App>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Bool {
        let app = try find(id, in: organization, where: actor, may: .appsManage, tx: tx).app
        let now = now()
        guard try rotation.quarantine(secretID, of: .app(id), at: now, tx: tx) else { return false }
        try note(
            .appSecretQuarantined, app, ["secret": secretID.description], by: actor, at: now, tx: tx)
        return true
    }

    /// Ends what ``quarantineSecret(_:of:in:as:tx:)`` began. Once more changes nothing.
    package func releaseSecret(
        _ secretID: ID<ClientSecret>, of id: ID<App>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let app = try find(id, in: organization, where: actor, may: .appsManage, tx: tx).app
        let now = now()
        let wasIn = try rotation.release(
            secretID, of: .app(id), with: app.scopes, as: actor, at: now, tx: tx)
        guard wasIn else { return }
        try note(.appSecretReleased, app, ["secret": secretID.description], by: actor, at: now, tx: tx)
    }

    /// One secret that works or is in quarantine, for whoever changes it.
    package func secret(
        _ secretID: ID<ClientSecret>, of id: ID<App>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> ClientSecretSummary {
        _ = try find(id, in: organization, where: actor, may: .appsManage, tx: tx)
        return try rotation.summary(of: secretID, of: .app(id), at: now(), tx: tx)
    }

    /// Ends the older secret now. The one in force cannot be ended.
    package func endSecret(
        _ secretID: ID<ClientSecret>, of id: ID<App>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let app = try find(id, in: organization, where: actor, may: .appsManage, tx: tx).app
        let now = now()
        try rotation.end(secretID, of: .app(id), at: now, tx: tx)
        try note(.appSecretEnded, app, ["secret": secretID.description], by: actor, at: now, tx: tx)
    }
}

extension Refusal {
    fileprivate static func publicApp(_ words: ProductWords) -> Refusal {
        .conflict(
            code: "public_app", explanation: "A public \(words[.app].singular) has no secret to rotate.")
    }
}
