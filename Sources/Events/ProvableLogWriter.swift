import CredentialFormat
import MerkleLog
import Model
package import Persistence

/// Takes audit events into the logs of their accounts, in the order in which they became visible, away from the changes that they are of.
package struct ProvableLogWriter: Sendable {
    /// How many events one transaction takes.
    private static let batch = 200

    private let log: ProvableLog

    package init(log: ProvableLog) {
        self.log = log
    }

    /// Events that are next, and what they stand behind.
    private struct Batch: Sendable {
        let position: AuditPlace?
        /// Whether the position was given by another database.
        let isForeign: Bool
        let stretch: AuditStretch
        /// Nil before the installation was set up.
        let operatorAccount: ID<Organization>?
    }

    /// Whether there are events that no log has taken. Reads, and writes nothing.
    package func isDue(in store: any Store) async throws -> Bool {
        let batch = try await next(in: store, limit: 1)
        return batch.isForeign || (batch.stretch.end != nil && batch.operatorAccount != nil)
    }

    /// Takes all that there are.
    ///
    /// - Parameter store: Where another writer may be at work, one that fences it off. Even without, no event is taken twice.
    /// - Returns: How many.
    /// - Throws: ``DamagedLog`` where a log is not as it was left, once the others' events were taken: its own are left out, and are taken
    ///   when all are looked through again. Or what the store throws.
    @discardableResult
    package func run(through store: any Store) async throws -> Int {
        var total = 0
        var damaged: DamagedLog?
        while true {
            try Task.checkCancellation()
            let batch = try await next(in: store, limit: Self.batch)
            if batch.isForeign {
                try await store.write { tx in try tx.forgetAuditLogPosition() }
                continue
            }
            guard let end = batch.stretch.end, let operatorAccount = batch.operatorAccount else { break }
            let (count, damage) = try await store.write { [log] tx in
                let taken = try tx.loggedAuditEvents(among: batch.stretch.events.map(\.event.id))
                let events = batch.stretch.events.filter { !taken.contains($0.event.id) }
                let accounts = Dictionary(grouping: events) { $0.account ?? operatorAccount }
                // All writers in one order.
                var count = 0
                var damage: DamagedLog?
                for (account, events) in accounts.sorted(by: { $0.key < $1.key }) {
                    // One account's damage is found before anything of it is written, and keeps nobody else's log from growing.
                    do {
                        try log.append(events.map(\.event), to: account, tx: tx)
                        count += events.count
                    } catch let found as DamagedLog {
                        damage = damage ?? found
                    } catch is DamagedTile {
                        damage = damage ?? DamagedLog(account: account)
                    }
                }
                try tx.moveAuditLogPosition(from: batch.position, to: end)
                return (count, damage)
            }
            total += count
            damaged = damaged ?? damage
            guard batch.stretch.isFull else { break }
        }
        if let damaged { throw damaged }
        return total
    }

    private func next(in store: any Store, limit: Int) async throws -> Batch {
        try await store.read { tx in
            let position = try tx.auditLogPosition()
            return Batch(
                position: position, isForeign: try tx.hasForeignAuditLogPosition(),
                stretch: try tx.settledAuditEvents(after: position, since: nil, limit: limit),
                operatorAccount: try tx.operatorAccount()?.id)
        }
    }
}

extension ProvableLog {
    /// Adds entries to an account's log, once it is certain that it is as its last checkpoint says: whoever can write to the database and
    /// has no key cannot have another past signed.
    fileprivate func append(_ events: [AuditEvent], to account: ID<Organization>, tx: borrowing Transaction) throws {
        let before = try state(of: account, tx: tx)
        let checkpoint = before.checkpoint
        let growing = TiledTree.growing(atSize: checkpoint.size)
        var tiles = try tx.auditTiles(of: account, at: growing.map(\.number)).keyed
        let kept = tiles
        guard Checkpoint(of: before.note, signedByAnyOf: before.keys) == checkpoint, let key = before.keys.first,
            checkpoint.origin.hasSuffix("/\(account)"),
            // A row that is gone or was put back to an earlier one would have a number signed twice.
            try !tx.hasAuditLeaf(of: account, from: checkpoint.size),
            try TiledTree.answer(ofSize: checkpoint.size, from: tiles, { try $0.root() }) == checkpoint.root
        else { throw DamagedLog(account: account) }
        try TiledTree.append(events.map { try $0.leaf() }, to: &tiles, ofSize: checkpoint.size)
        let size = checkpoint.size + events.count
        let root = try TiledTree.answer(ofSize: size, from: tiles) { try $0.root() }
        let note = try SignedNote(
            Checkpoint(origin: checkpoint.origin, size: size, root: root).text, as: key, by: keys().sign)
        try tx.insert(auditLeaves: events.map(\.id), of: account, from: checkpoint.size)
        for (place, hashes) in tiles.sorted(by: { $0.key < $1.key }) where kept[place] != hashes {
            try tx.save(auditTile: place.number, hashes, of: account)
        }
        try tx.save(
            StoredAuditLog(account: account, size: size, checkpoint: note.written), grownFrom: checkpoint.size)
    }
}
