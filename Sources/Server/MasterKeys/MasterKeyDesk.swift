import CredentialFormat
import Events
import Model
import Persistence
import Tokens

/// Changes the master key, in two parts, each of which may be stopped anywhere and begun again: puts another one in force with the key
/// ring, in one transaction, and then seals the keys of organizations anew in small steps. What these sealed is not touched.
struct MasterKeyDesk: Sendable {
    private static let step = 100
    /// So many keys that do not open are named at a time: what tells a command of it has a bounded size.
    private static let named = 1000

    /// How far sealing anew has come.
    struct Progress: Codable, Sendable {
        var resealed = 0
        /// Organizations whose keys do not open, or not with the master keys that were given.
        var unreadable: [String] = []
        /// Behind which organization it goes on, nil at the end.
        var next: String?
        /// Master keys that nothing is sealed under any more since this.
        var retired: [String] = []
        /// Nodes that have not opened the ring, for which it waits.
        var waitsFor: [String] = []
    }

    let store: any Store
    let node: ID<Node>
    /// Whether no other node can be there: then what others left that were killed is of nobody.
    let isAlone: Bool
    let keyRing: KeyRing
    let organizationKeys: OrganizationKeys
    let now: @Sendable () -> Instant

    /// - Parameter name: Of one that this process was given.
    /// - Returns: How many keys of the ring were sealed anew, nil where it was in force already.
    /// - Throws: ``CommandError`` where a node lacks it, with which nothing is changed; `CustodyError`, a `StoreError`.
    func putInForce(_ name: String) async throws -> Int? {
        try await keyRing.noteMasterKeyInForce()
        let time = now()
        return try await keyRing.putInForce(masterKey: name) { tx in
            let nodes = try nodes(tx)
            let lacking = nodes.filter { !$0.has(name) }
            guard lacking.isEmpty else {
                throw CommandError(MasterKeyAdvice.lacking(name, lacking, of: nodes.count))
            }
        } record: { tx, before, keys in
            var details = ["keys": "\(keys)", "nodes": "\(try nodes(tx).count)"]
            details["before"] = before
            try tx.record(.masterKeyChanged, target: name, in: nil, details: details, by: Self.actor, at: time)
        }
    }

    /// Seals anew what is sealed under another master key than the one in force, for about so long. Nothing is done while a node has not
    /// opened the ring.
    ///
    /// - Parameter leased: What to write through instead of the store.
    /// - Throws: `CustodyError`, a `StoreError`.
    func sealAnew(
        after place: ID<Organization>?, for duration: Duration, through leased: (any Store)? = nil
    ) async throws -> Progress {
        var progress = Progress()
        let waiting = try await store.read { tx in
            let inForce = try tx.masterKeyInForce()
            return try inForce == nil ? [] : nodes(tx).filter { $0.opened != inForce }
        }
        guard waiting.isEmpty else {
            progress.waitsFor = waiting.map(\.node.description)
            return progress
        }
        let end = ContinuousClock.now + duration
        progress.resealed = try await keyRing.reseal(limit: Self.step, through: leased)
        var place = place
        repeat {
            try Task.checkCancellation()
            let step = try await organizationKeys.rewrap(after: place, limit: Self.step, through: leased)
            progress.resealed += step.rewrapped
            progress.unreadable += step.unreadable.map(\.description)
            place = step.next
        } while place != nil && ContinuousClock.now < end && progress.unreadable.count < Self.named
        progress.next = place?.description
        guard place == nil else { return progress }
        let time = now()
        progress.retired = try await organizationKeys.retire(through: leased) { tx, name in
            try tx.record(.masterKeyRetired, target: name, in: nil, by: Self.actor, at: time)
        }
        return progress
    }

    private func nodes(_ tx: borrowing Transaction) throws -> [MasterKeyHolder] {
        try MasterKeyState.nodes(tx).filter { !isAlone || $0.node == node }
    }

    private static var actor: Actor { InitialSetup.actor("master-key change") }
}
