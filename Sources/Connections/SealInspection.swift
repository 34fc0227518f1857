package import CredentialFormat
package import Model
package import Persistence
import Tokens

/// Opens what is sealed for connections that are looked after and for our clients at providers, and says what does not open. Nothing is
/// changed, and nothing that was opened leaves it.
package struct SealInspection: Sendable {
    private static let atATime = 100

    /// What was found of some of them.
    package struct Step: Sendable {
        /// Connections of which everything opens.
        package var opened = 0
        /// Connections, and clients of ours, of which something does not.
        package var unreadable: [String] = []
        /// Behind which connection to go on, nil where that was all.
        package var next: ID<Connection>?
    }

    private let store: any Store
    private let vault: ConnectionVault
    private let most: Int
    private let now: @Sendable () -> Instant

    /// - Parameter most: Of connections that do not open, so many are named in a step: what tells a command of them has a bounded size.
    package init(
        store: any Store, vault: ConnectionVault, naming most: Int = 1000, now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.vault = vault
        self.most = most
        self.now = now
    }

    /// Goes on behind a connection, with the clients first where there is none, for about so long.
    package func inspect(after place: ID<Connection>?, for duration: Duration) async throws -> Step {
        let end = ContinuousClock.now + duration
        var step = Step()
        if place == nil { step.unreadable = try await clients() }
        var place = place
        repeat {
            let sealed = try await store.read { [place] tx in
                var found: [Sealed] = []
                for connection in try tx.connections(after: place, limit: Self.atATime) {
                    found.append(try Sealed(connection, tx: tx))
                }
                return found
            }
            place = sealed.count == Self.atATime ? sealed.last?.connection.id : nil
            for one in sealed where one.isLookedAfter {
                guard try await vault.open(one.rows, of: one.connection, under: one.keys) == nil else {
                    step.opened += 1
                    continue
                }
                step.unreadable.append(one.connection.id.description)
                if step.unreadable.count >= most {
                    place = one.connection.id
                    break
                }
            }
        } while place != nil && ContinuousClock.now < end && step.unreadable.count < most
        step.next = place
        return step
    }

    private func clients() async throws -> [String] {
        let time = now()
        let accesses = try await store.read { tx in try tx.providerAccesses() }
        var unreadable: [String] = []
        for access in accesses {
            let (rows, keys) = try await store.read { tx in
                (
                    try tx.providerAccessSecrets(of: access.id, at: time),
                    try tx.dataKeys(of: access.id.description)
                )
            }
            var opened: [String] = []
            do {
                opened = try await vault.open(rows, of: access, under: keys)
            } catch CustodyError.unreadable {
                // Neither does the key that all of them hang on.
            }
            if opened.count < rows.count { unreadable.append("\(access.clientID) at \(access.provider)") }
        }
        return unreadable
    }

    /// A connection with what is sealed for it.
    private final class Sealed: Sendable {
        let connection: Connection
        let rows: [ConnectionSecretRow]
        let keys: [DataKeyRow]

        /// Of the others nothing is needed any more.
        var isLookedAfter: Bool {
            connection.generation > 0 && (connection.status.isRenewed || connection.status == .unreadable)
        }

        init(_ connection: Connection, tx: borrowing Transaction) throws {
            self.connection = connection
            rows = try tx.connectionSecrets(of: connection.id, generation: connection.generation)
            keys = try tx.dataKeys(of: connection.id.description)
        }
    }
}
