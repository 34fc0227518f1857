import CredentialFormat
import Model
import Persistence

/// Writes down what renewals brought: of each the connection, its secrets, the attempt, the promises, what is told. False, with nothing
/// written, where the lease is another's or the generation is another one.
struct RenewalSaving: GatheredWork {
    final class Wish: Sendable {
        let lease: ConnectionLease
        /// As it is from then on.
        let connection: Connection
        let promises: [ConnectionPromise]
        let renewed: RenewedTokens
        let events: [ConnectionEvent]
        /// Whether one data key has sealed all that there is.
        let hasOneKey: Bool
        /// Whether something may be told of our client that is put right by this.
        let mayHaveFault: Bool
        let time: Instant

        init(
            _ renewed: RenewedTokens, under lease: ConnectionLease, as connection: Connection,
            _ promises: [ConnectionPromise], _ events: [ConnectionEvent], hasOneKey: Bool, mayHaveFault: Bool,
            at time: Instant
        ) {
            self.renewed = renewed
            self.lease = lease
            self.connection = connection
            self.promises = promises
            self.events = events
            self.hasOneKey = hasOneKey
            self.mayHaveFault = mayHaveFault
            self.time = time
        }

        fileprivate var children: [ConnectionChildRow] {
            (renewed.children ?? []).map { child in
                ConnectionChildRow(
                    connection: connection.id, kind: child.kind, identifier: child.identifier, name: child.name,
                    metadata: child.metadata, generation: connection.generation, seenAt: time)
            }
        }
    }

    let store: any Store

    func weight(of wish: Wish) -> Int {
        // The connection, its attempt, and what was sealed before.
        3 + wish.renewed.fields.count * 2 + (wish.renewed.children ?? []).count + wish.promises.count
            + wish.events.count
    }

    func answers(to wishes: [Wish]) async throws -> [Bool] {
        try await store.write { tx in
            let areSettled = try wishes.map { wish in try tx.settle(wish.lease, as: wish.connection) }
            let settled = zip(wishes, areSettled).filter(\.1).map(\.0)
            guard let time = settled.first?.time else { return areSettled }
            try tx.put(settled.flatMap(\.promises))
            for wish in settled {
                if let key = wish.renewed.keyRow(of: wish.connection) { try tx.insert(key) }
            }
            try tx.retireSecrets(of: settled.map(\.connection.id), at: time)
            try tx.insert(settled.flatMap(\.renewed.rows))
            for wish in settled where !wish.hasOneKey { try tx.deleteUnusedDataKeys(of: wish.connection.id) }
            try tx.end(settled.compactMap(\.renewed.attemptID), as: .succeeded, at: time)
            try tx.note(settled.flatMap(\.children))
            try tx.insert(settled.flatMap(\.events))
            let clients = Set(settled.filter(\.mayHaveFault).map(\.connection.access))
            for client in clients { try tx.setFault(nil, of: client, at: time) }
            return areSettled
        }
    }
}
