import CredentialFormat
import Model
import Persistence
import ProviderDefinition

/// All that a renewal reads before it does anything. One object, so that nobody hands its parts about.
final class RenewalGround: Sendable {
    private static let attemptsLookedAt = 10

    let held: HeldLease
    let provider: Provider
    let secrets: [ConnectionSecretRow]
    let dataKeys: [DataKeyRow]
    /// The newest, newest first.
    let attempts: [RenewalAttempt]
    /// The newest line of each promise.
    let promises: [ConnectionPromise]
    let access: ProviderAccess?
    let accessSecrets: [ProviderAccessSecretRow]
    let accessKeys: [DataKeyRow]

    init(_ held: HeldLease, _ provider: Provider, at time: Instant, tx: borrowing Transaction) throws {
        let connection = held.lease.connection
        self.held = held
        self.provider = provider
        secrets = try tx.connectionSecrets(of: connection.id, generation: connection.generation)
        attempts = try tx.renewalAttempts(of: connection.id, limit: Self.attemptsLookedAt)
        promises = try tx.latestPromises(of: connection.id)
        access = try tx.providerAccess(connection.access)
        accessSecrets = try tx.providerAccessSecrets(of: connection.access, at: time)
        let holder = connection.id.description
        let keys = try tx.dataKeys(of: [holder, connection.access.description])
        dataKeys = keys.filter { $0.holder == holder }
        accessKeys = keys.filter { $0.holder != holder }
    }

    var lease: ConnectionLease { held.lease }
    var connection: Connection { held.lease.connection }

    /// The data key that sealed the generation in force.
    var lastKey: DataKeyRow? {
        guard let last = secrets.first?.dataKey else { return nil }
        return dataKeys.first { $0.id == last }
    }
}
