package import CredentialFormat
package import Model
import Persistence
import Policy
import ProductDefinition

/// What may be seen of a client's secret: neither the secret nor its digest.
package struct ClientSecretSummary: Hashable, Sendable {
    package let id: ID<ClientSecret>
    package let hint: SecretHint
    package let createdAt: Instant
    /// Nil for the one in force.
    package let expiresAt: Instant?
    package let lastUse: LastUse?
    /// Since when it is refused because it may have leaked; nil for one that works.
    package let quarantinedAt: Instant?

    init(_ secret: ClientSecret) {
        id = secret.id
        hint = secret.hint
        createdAt = secret.createdAt
        expiresAt = secret.expiresAt
        lastUse = secret.lastUse
        quarantinedAt = secret.quarantinedAt
    }
}

/// Gives clients their secrets, one after another; at most two of a client work side by side.
///
/// Every change of a secret is one of its client, and counts the revision. To note and announce it is for the service
/// whose client it is.
struct ClientSecretRotation: Sendable {
    let product: Product
    let peppers: @Sendable () -> Peppers
    /// Where secrets of integrations are kept, nil where none ever are.
    let safe: ClientSecretSafe?

    init(product: Product, peppers: @escaping @Sendable () -> Peppers, safe: ClientSecretSafe? = nil) {
        self.product = product
        self.peppers = peppers
        self.safe = safe
    }

    /// Gives a client its first secret.
    ///
    /// - Parameter owner: The organization of an integration.
    func issue(
        to client: ClientID, of owner: ID<Organization>? = nil, at now: Instant, tx: borrowing Transaction
    ) throws -> String {
        let minted = MintedSecret(.clientSecret, brand: product.brand)
        let secret = ClientSecret(
            id: ID(at: now.milliseconds), client: client, digest: minted.digest(under: peppers()),
            hint: minted.hint, createdAt: now, expiresAt: nil, lastUse: nil)
        let text = minted.reveal()
        try tx.insert(secret, sealed: try sealed(text, as: secret, of: owner, tx: tx))
        switch client {
        case .integration(let id): try tx.setSecretAge(of: id, since: now)
        case .app, .resourceServer: break
        }
        return text
    }

    /// A secret of an integration as it is kept, nil where the product keeps none. Each is counted, kept or not.
    private func sealed(
        _ text: String, as secret: ClientSecret, of owner: ID<Organization>?, tx: borrowing Transaction
    ) throws -> [UInt8]? {
        guard case .integration(let id) = secret.client, let owner else { return nil }
        let generation = try tx.countSecret(of: id)
        switch product.policy.secretVisibility {
        case .once: return nil
        case .retrievable:
            return try safe?.seal(
                text,
                of: ClientSecretSafe.Belonging(
                    integration: id, organization: owner, secret: secret.id, generation: generation))
        }
    }

    /// Gives a client another secret. The one in force ends at once, or works on until the overlap is over.
    ///
    /// - Parameters:
    ///   - scopes: The client's. The actor needs the management rights among them.
    ///   - owner: The organization of an integration.
    ///   - force: While an older one still works, ends that one; else that is refused.
    /// - Returns: The secret, and until when the one before it works.
    func rotate(
        _ client: ClientID, of owner: ID<Organization>? = nil, with scopes: ScopeSet, overlapSeconds: Int, force: Bool,
        as actor: Actor, at now: Instant, tx: borrowing Transaction
    ) throws -> (secret: String, previousExpiresAt: Instant?) {
        var checks = FieldChecks()
        checks.overlap(overlapSeconds, within: product.policy)
        try checks.finish()
        try actor.requiresRights(in: scopes)
        let secrets = try tx.clientSecrets(of: client)
        let live = secrets.filter { $0.isLive(at: now) }
        if live.contains(where: { $0.expiresAt != nil }), !force { throw Refusal.rotationInProgress }
        // What may have leaked does not go on beside what takes its place.
        let kept = overlapSeconds > 0 ? live.last { $0.expiresAt == nil && $0.quarantinedAt == nil } : nil
        let previousExpiresAt = kept.map { _ in now.adding(seconds: overlapSeconds) }
        for secret in secrets where secret.id != kept?.id { try tx.deleteSecret(secret.id) }
        if let kept, let previousExpiresAt { try tx.setExpiry(of: kept.id, to: previousExpiresAt) }
        let secret = try issue(to: client, of: owner, at: now, tx: tx)
        try tx.touch(client, previousSecretEndingAt: previousExpiresAt)
        return (secret, previousExpiresAt)
    }

    /// The secrets of a client that work, oldest first: one, or two in the middle of a rotation.
    func secrets(of client: ClientID, at now: Instant, tx: borrowing Transaction) throws -> [ClientSecretSummary] {
        try tx.clientSecrets(of: client).filter { $0.isLive(at: now) }.map { ClientSecretSummary($0) }
    }

    /// Moves the end of the older secret, to at most the longest overlap from now. Nil leaves it where it is.
    ///
    /// - Parameter scopes: The client's. The actor needs the management rights among them.
    func extend(
        _ id: ID<ClientSecret>, of client: ClientID, with scopes: ScopeSet, until expiresAt: Instant?, as actor: Actor,
        at now: Instant, tx: borrowing Transaction
    ) throws -> ClientSecretSummary {
        var secret = try ending(id, of: client, at: now, tx: tx)
        guard let expiresAt else {
            try actor.requiresRights(in: scopes)
            return ClientSecretSummary(secret)
        }
        var checks = FieldChecks()
        checks.secretEnd(expiresAt, within: product.policy, at: now)
        try checks.finish()
        try actor.requiresRights(in: scopes)
        try tx.setExpiry(of: id, to: expiresAt)
        try tx.touch(client, previousSecretEndingAt: expiresAt)
        secret.expiresAt = expiresAt
        return ClientSecretSummary(secret)
    }

    /// Ends the older secret now. The one in force cannot be ended.
    func end(_ id: ID<ClientSecret>, of client: ClientID, at now: Instant, tx: borrowing Transaction) throws {
        _ = try ending(id, of: client, at: now, tx: tx)
        try tx.deleteSecret(id)
        try tx.touch(client, previousSecretEndingAt: nil)
    }

    /// Has a secret refused until somebody has looked whether it leaked.
    ///
    /// - Returns: Whether it was accepted before.
    func quarantine(
        _ id: ID<ClientSecret>, of client: ClientID, at now: Instant, tx: borrowing Transaction
    ) throws -> Bool {
        guard try living(id, of: client, at: now, tx: tx).quarantinedAt == nil else { return false }
        let spare = MintedSecret(.clientSecret, brand: product.brand).digest(under: peppers())
        try tx.quarantine(id, since: now, behind: spare)
        try tx.touch(client)
        return true
    }

    /// Ends a quarantine.
    ///
    /// - Parameter scopes: The client's. The actor needs the management rights among them.
    /// - Returns: Whether it was in one.
    func release(
        _ id: ID<ClientSecret>, of client: ClientID, with scopes: ScopeSet, as actor: Actor, at now: Instant,
        tx: borrowing Transaction
    ) throws -> Bool {
        let secret = try living(id, of: client, at: now, tx: tx)
        try actor.requiresRights(in: scopes)
        guard secret.quarantinedAt != nil else { return false }
        try tx.release(id)
        try tx.touch(client)
        return true
    }

    /// One secret of a client that works or is in quarantine.
    func summary(
        of id: ID<ClientSecret>, of client: ClientID, at now: Instant, tx: borrowing Transaction
    ) throws -> ClientSecretSummary {
        ClientSecretSummary(try living(id, of: client, at: now, tx: tx))
    }

    private func living(
        _ id: ID<ClientSecret>, of client: ClientID, at now: Instant, tx: borrowing Transaction
    ) throws -> ClientSecret {
        guard let secret = try tx.clientSecrets(of: client).first(where: { $0.id == id }), secret.isLive(at: now)
        else { throw Refusal.notFound }
        return secret
    }

    /// The older secret of a client that is in the middle of a rotation: the one that can be extended or ended.
    private func ending(
        _ id: ID<ClientSecret>, of client: ClientID, at now: Instant, tx: borrowing Transaction
    ) throws -> ClientSecret {
        let secret = try living(id, of: client, at: now, tx: tx)
        guard secret.expiresAt != nil else { throw Refusal.secretInForce }
        return secret
    }
}

extension Transaction {
    /// Counts a change of a client's secrets as one of the client.
    ///
    /// - Parameter end: When the older secret ends, nil where there is none. Lists of integrations say it.
    fileprivate borrowing func touch(_ client: ClientID, previousSecretEndingAt end: Instant?) throws {
        try touch(client)
        switch client {
        case .integration(let id): try setPreviousSecretEnd(of: id, at: end)
        case .app, .resourceServer: break
        }
    }

    fileprivate borrowing func touch(_ client: ClientID) throws {
        switch client {
        case .integration(let id): try touch(id)
        case .app(let id): try touch(id)
        case .resourceServer(let id): try touch(id)
        }
    }
}
