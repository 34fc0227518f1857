package import CredentialFormat
package import Model
import Persistence
import Policy

/// What may be seen of a client's secret: neither the secret nor its digest.
package struct ClientSecretSummary: Hashable, Sendable {
    package let id: ID<ClientSecret>
    package let hint: SecretHint
    package let createdAt: Instant
    /// Nil for the one in force.
    package let expiresAt: Instant?
    package let lastUse: LastUse?

    fileprivate init(_ secret: ClientSecret, expiresAt: Instant?) {
        id = secret.id
        hint = secret.hint
        createdAt = secret.createdAt
        self.expiresAt = expiresAt
        lastUse = secret.lastUse
    }
}

extension Transaction {
    /// Gives a client its first secret.
    borrowing func issueSecret(to client: ClientID, brand: Brand, peppers: Peppers, at now: Instant) throws -> String {
        let minted = MintedSecret(.clientSecret, brand: brand)
        try insert(
            ClientSecret(
                id: ID(at: now.milliseconds), client: client, digest: minted.digest(under: peppers), hint: minted.hint,
                createdAt: now, expiresAt: nil, lastUse: nil))
        return minted.reveal()
    }

    /// Gives a client another secret. The one in force ends at once, or works on until the overlap is over.
    ///
    /// - Parameter force: While an older one still works, ends that one; else that is refused. So two live at most.
    /// - Returns: The secret, and until when the one before it works.
    borrowing func rotateSecret(
        of client: ClientID, overlapSeconds: Int, force: Bool, brand: Brand, peppers: Peppers, at now: Instant
    ) throws -> (secret: String, previousExpiresAt: Instant?) {
        let live = try clientSecrets(of: client).filter { $0.isLive(at: now) }
        if live.contains(where: { $0.expiresAt != nil }), !force { throw Refusal.rotationInProgress }
        let kept = overlapSeconds > 0 ? live.last { $0.expiresAt == nil } : nil
        let previousExpiresAt = kept.map { _ in now.adding(seconds: overlapSeconds) }
        for secret in try clientSecrets(of: client) where secret.id != kept?.id { try deleteSecret(secret.id) }
        if let kept, let previousExpiresAt { try setExpiry(of: kept.id, to: previousExpiresAt) }
        let secret = try issueSecret(to: client, brand: brand, peppers: peppers, at: now)
        return (secret, previousExpiresAt)
    }

    /// The older secret of a client that is in the middle of a rotation: the one that can be extended or ended.
    borrowing func endingSecret(
        _ id: ID<ClientSecret>, of client: ClientID, at now: Instant
    ) throws -> ClientSecret {
        guard let secret = try clientSecrets(of: client).first(where: { $0.id == id }), secret.isLive(at: now) else {
            throw Refusal.notFound
        }
        guard secret.expiresAt != nil else { throw Refusal.secretInForce }
        return secret
    }

    /// The secrets of a client that work, oldest first: one, or two in the middle of a rotation.
    borrowing func liveSecrets(of client: ClientID, at now: Instant) throws -> [ClientSecretSummary] {
        try clientSecrets(of: client).filter { $0.isLive(at: now) }.map {
            ClientSecretSummary($0, expiresAt: $0.expiresAt)
        }
    }

    /// Moves the end of the older secret.
    borrowing func extend(_ secret: ClientSecret, to expiresAt: Instant) throws -> ClientSecretSummary {
        try setExpiry(of: secret.id, to: expiresAt)
        return ClientSecretSummary(secret, expiresAt: expiresAt)
    }
}
