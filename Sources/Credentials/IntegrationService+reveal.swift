package import CredentialFormat
import Events
package import Model
package import Persistence
import ProductDefinition

/// A secret that somebody looks at again, for the one reply that shows it. It prints without it.
package struct RevealedSecret: Sendable, CustomStringConvertible, CustomReflectable {
    package let integration: Integration
    /// The text of the secret in force.
    package let secret: String

    /// Without the secret.
    package var description: String { "revealed secret" }
    /// Without the secret.
    package var customMirror: Mirror { Mirror(self, children: ["integration": integration]) }
}

extension IntegrationService {
    /// How often somebody may look in ``lookSeconds``.
    package static let maximumLooks = 10
    /// In seconds.
    package static let lookSeconds = 600

    /// Shows the secret in force again, where the product keeps it: to a person who has the permission, holds the management
    /// rights that the secret gives (law 11), and has just proved who they are. The look is on record before anybody sees
    /// anything.
    ///
    /// - Throws: ``Refusal``: `secret_shown_once` where the product keeps none, ``Refusal/presenceRequired(seconds:)`` for what
    ///   nobody stands behind or whose sign-in is too long ago, ``Refusal/tooOften(retryAfterSeconds:)``, `secret_not_kept`
    ///   where there is no copy, `secret_does_not_open` for one that is not this secret's (threat K11).
    package func reveal(
        _ id: ID<Integration>, in organizationID: ID<Organization>, presence: Presence, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> RevealedSecret {
        let integration = try find(id, in: organizationID, where: actor, may: .integrationsReveal, tx: tx).integration
        try actor.requiresRights(in: integration.scopes)
        guard product.policy.secretVisibility == .retrievable else { throw Refusal.secretShownOnce }
        let now = now()
        try presence.requireRecent(at: now)
        guard let viewer = actor.member else { throw Refusal.presenceRequired(seconds: Presence.recentSeconds) }
        try count(viewer, at: now, tx: tx)
        let text = try secretInForce(of: integration, tx: tx)
        try tx.note(Integration.Look(at: now, by: actor.label), at: id)
        try tx.record(
            .integrationSecretRevealed, target: id, in: organizationID, details: ["viewer": viewer.description],
            by: actor, at: now)
        return RevealedSecret(integration: integration, secret: text)
    }

    /// Counts a look, or refuses it.
    private func count(_ viewer: ID<Member>, at now: Instant, tx: borrowing Transaction) throws {
        let looks = try tx.looks(
            by: viewer, since: now.adding(seconds: -Self.lookSeconds), limit: Self.maximumLooks)
        if looks.count >= Self.maximumLooks, let oldest = looks.last {
            let wait = oldest.adding(seconds: Self.lookSeconds).seconds(since: now)
            throw Refusal.tooOften(retryAfterSeconds: min(max(1, wait), Self.lookSeconds))
        }
        try tx.insertLook(ID(at: now.milliseconds), by: viewer, at: now)
    }

    private func secretInForce(of integration: Integration, tx: borrowing Transaction) throws -> String {
        guard let secret = try tx.clientSecrets(of: .integration(integration.id)).last(where: { $0.expiresAt == nil }),
            let sealed = try tx.sealedSecret(secret.id)
        else { throw Refusal.secretNotKept }
        let belonging = ClientSecretSafe.Belonging(
            integration: integration.id, organization: integration.organization, secret: secret.id,
            generation: try tx.secretGeneration(of: integration.id))
        // Held against the digest, too: what is shown is what is accepted.
        guard let text = safe.open(sealed, of: belonging),
            let presented = PresentedSecret(parsing: Array(text.utf8), brand: product.brand),
            let pepper = peppers().version(secret.digest.pepperVersion),
            secret.digest.matches(presented.digest(under: pepper))
        else { throw Refusal.secretDoesNotOpen }
        return text
    }

    /// Destroys what is kept of at most `limit` secrets, where the product keeps none any longer, and says of how many. They
    /// work on.
    package func destroyCopies(limit: Int, as actor: Actor, tx: borrowing Transaction) throws -> Int {
        guard product.policy.secretVisibility == .once else { return 0 }
        let count = try tx.destroySealedSecrets(limit: limit)
        if count > 0 {
            try tx.record(
                .integrationCopiesDestroyed, target: "integrations", in: nil, details: ["count": "\(count)"], by: actor,
                at: now())
        }
        return count
    }
}

extension Refusal {
    fileprivate static let secretShownOnce = Refusal.conflict(
        code: "secret_shown_once",
        explanation: "Secrets are shown once, when they are made, and not kept. Rotate it to get another.")
    fileprivate static let secretNotKept = Refusal.conflict(
        code: "secret_not_kept",
        explanation: "The secret was made when secrets were not kept. Rotate it to get one that is.")
    fileprivate static let secretDoesNotOpen = Refusal.conflict(
        code: "secret_does_not_open",
        explanation: """
            What is kept is not the secret in force: it was changed, or belongs elsewhere. Tell the operator, and rotate the \
            secret.
            """)
}
