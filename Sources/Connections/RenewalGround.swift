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
    let client: ClientGround

    private init(_ wish: Wish, _ found: Found) {
        let connection = wish.held.lease.connection
        held = wish.held
        provider = wish.provider
        secrets = found.secrets[connection.id] ?? []
        attempts = (found.attempts[connection.id] ?? []).sorted { $0.id > $1.id }
        promises = found.promises[connection.id] ?? []
        dataKeys = found.keys[connection.id.description] ?? []
        client = found.clients[connection.access] ?? ClientGround(nil, [], [])
    }

    /// What it is read for. On the heap, as ``RenewalCaller`` says.
    final class Wish: Sendable {
        let held: HeldLease
        let provider: Provider

        init(_ held: HeldLease, _ provider: Provider) {
            self.held = held
            self.provider = provider
        }
    }

    /// What was found for some of them.
    private struct Found {
        let secrets: [ID<Connection>: [ConnectionSecretRow]]
        let attempts: [ID<Connection>: [RenewalAttempt]]
        let promises: [ID<Connection>: [ConnectionPromise]]
        let keys: [String: [DataKeyRow]]
        var clients: [ID<ProviderAccess>: ClientGround] = [:]

        init(_ connections: [Connection], at time: Instant, tx: borrowing Transaction) throws {
            // A few lengths, so that there are few statements to be prepared. Nothing has the identifier 0.
            // One whose lease lapsed while it waited, and that was claimed again, is here twice. Its rows must not be.
            let newest = Dictionary(connections.map { ($0.id, $0.generation) }, uniquingKeysWith: max)
            let missing = Self.length(for: newest.count) - newest.count
            let nobody = Array(repeating: (ID<Connection>(value: 0), 0), count: missing)
            let places = newest.map { ($0.key, $0.value) } + nobody
            secrets = Dictionary(grouping: try tx.connectionSecrets(of: places), by: \.connection)
            let names = places.map(\.0)
            attempts = Dictionary(
                grouping: try tx.renewalAttempts(of: names, limit: RenewalGround.attemptsLookedAt), by: \.connection)
            promises = Dictionary(grouping: try tx.latestPromises(of: names), by: \.connection)
            let accesses = Set(connections.map(\.access))
            let holders = names.map(\.description) + accesses.map(\.description)
            keys = Dictionary(grouping: try tx.dataKeys(of: holders), by: \.holder)
            for access in accesses {
                clients[access] = ClientGround(
                    try tx.providerAccess(access), try tx.providerAccessSecrets(of: access, at: time),
                    keys[access.description] ?? [])
            }
        }

        /// The next power of two.
        private static func length(for count: Int) -> Int {
            var length = 1
            while length < count { length *= 2 }
            return length
        }
    }

    /// Reads for some at once, in their order: as many statements as for one. Never none.
    static func all(_ wishes: [Wish], at time: Instant, tx: borrowing Transaction) throws -> [RenewalGround] {
        let found = try Found(wishes.map(\.held.lease.connection), at: time, tx: tx)
        return wishes.map { RenewalGround($0, found) }
    }

    var lease: ConnectionLease { held.lease }
    var connection: Connection { held.lease.connection }
    var access: ProviderAccess? { client.access }
}
