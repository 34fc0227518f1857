package import CredentialFormat
package import Model
package import Persistence
import Tokens

/// Opens what is sealed, as it stands in the database: keys of organizations, and what is sealed for connections that are looked after
/// and for our clients at providers. It says what does not open, changes nothing, and nothing that was opened leaves it.
package struct SealInspection: Sendable {
    private static let connectionsAtATime = 100
    private static let keysAtATime = 500

    /// What was found of some keys of organizations.
    package struct KeyStep: Sendable {
        /// How many open under the newest master key.
        package var opened = 0
        /// How many open under the master key of that name, which is not the newest.
        package var older: [String: Int] = [:]
        /// How many are sealed under the master key of that name, which was not given.
        package var missing: [String: Int] = [:]
        /// Organizations whose keys do not open: their rows are damaged.
        package var unreadable: [String] = []
        /// Behind which organization to go on, nil where that was all.
        package var next: ID<Organization>?
    }

    /// What was found of some connections.
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

    /// - Parameter most: Of what does not open, so much is named in a step: what tells a command of it has a bounded size.
    package init(
        store: any Store, vault: ConnectionVault, naming most: Int = 1000, now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.vault = vault
        self.most = most
        self.now = now
    }

    /// Goes on behind an organization for about so long. What is in memory of the keys is not asked.
    ///
    /// - Throws: A ``StoreError``, or what a master key throws that is out of reach.
    package func inspectKeys(after place: ID<Organization>?, for duration: Duration) async throws -> KeyStep {
        let end = ContinuousClock.now + duration
        var step = KeyStep()
        var place = place
        repeat {
            let rows = try await store.read { [place] tx in
                try tx.organizationKeys(after: place, limit: Self.keysAtATime)
            }
            place = rows.count == Self.keysAtATime ? rows.last?.organization : nil
            for row in rows {
                do {
                    _ = try await vault.keys.key(in: row)
                    let isNewest = row.wrappedBy == vault.keys.newestMasterKey
                    if isNewest { step.opened += 1 } else { step.older[row.wrappedBy, default: 0] += 1 }
                } catch CustodyError.missing(let name) {
                    step.missing[name, default: 0] += 1
                } catch is CustodyError {
                    step.unreadable.append(row.organization.description)
                }
                if step.unreadable.count >= most {
                    place = row.organization
                    break
                }
            }
        } while place != nil && ContinuousClock.now < end && step.unreadable.count < most
        step.next = place
        return step
    }

    /// Goes on behind a connection, with the clients first where there is none, for about so long.
    ///
    /// - Throws: As ``inspectKeys(after:for:)``.
    package func inspect(after place: ID<Connection>?, for duration: Duration) async throws -> Step {
        let end = ContinuousClock.now + duration
        var step = Step()
        if place == nil { step.unreadable = try await clients() }
        var place = place
        repeat {
            let (sealed, keyRows) = try await store.read { [place] tx in
                var found: [Sealed] = []
                var keys: [ID<Organization>: OrganizationKeyRow] = [:]
                for connection in try tx.connections(after: place, limit: Self.connectionsAtATime) {
                    let one = try Sealed(connection, tx: tx)
                    found.append(one)
                    guard one.isLookedAfter, keys[connection.organization] == nil else { continue }
                    keys[connection.organization] = try tx.organizationKey(of: connection.organization)
                }
                return (found, keys)
            }
            place = sealed.count == Self.connectionsAtATime ? sealed.last?.connection.id : nil
            var keys: [ID<Organization>: OrganizationKey] = [:]
            for (organization, row) in keyRows { keys[organization] = try await key(in: row) }
            for one in sealed where one.isLookedAfter {
                if one.opens(in: vault, by: keys[one.connection.organization]) {
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
            let (rows, keys, keyRow) = try await store.read { tx in
                (
                    try tx.providerAccessSecrets(of: access.id, at: time),
                    try tx.dataKeys(of: access.id.description),
                    try tx.organizationKey(of: access.organization)
                )
            }
            var opened: [String] = []
            if let keyRow, let organization = try await key(in: keyRow) {
                opened = vault.open(rows, of: access, under: keys, wrappedBy: organization)
            }
            if opened.count < rows.count { unreadable.append("\(access.clientID) at \(access.provider)") }
        }
        return unreadable
    }

    /// The key in a row, nil where it does not open: then nothing below it does.
    private func key(in row: OrganizationKeyRow) async throws -> OrganizationKey? {
        do {
            return try await vault.keys.key(in: row)
        } catch is CustodyError {
            return nil
        }
    }

    /// A connection with what is sealed for it.
    private final class Sealed: Sendable {
        let connection: Connection
        private let rows: [ConnectionSecretRow]
        private let keys: [DataKeyRow]

        /// Of the others nothing is needed any more.
        var isLookedAfter: Bool {
            connection.generation > 0 && (connection.status.isRenewed || connection.status == .unreadable)
        }

        init(_ connection: Connection, tx: borrowing Transaction) throws {
            self.connection = connection
            rows = try tx.connectionSecrets(of: connection.id, generation: connection.generation)
            keys = try tx.dataKeys(of: connection.id.description)
        }

        func opens(in vault: ConnectionVault, by organization: OrganizationKey?) -> Bool {
            guard let organization else { return false }
            return vault.open(rows, of: connection, under: keys, wrappedBy: organization) != nil
        }
    }
}
