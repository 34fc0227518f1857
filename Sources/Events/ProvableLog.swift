package import CredentialFormat
package import MerkleLog
package import Model
package import Persistence
import TextForms

/// The audit log of each account as a Merkle log: what anybody can check who has a checkpoint (record 0051).
package struct ProvableLog: Sendable {
    /// How many entries one reply has at most.
    package static let longestExport = 1000

    /// What the origin of a new log begins with, such as `auth.example.com/audit-log/`. The account's identifier follows.
    let origins: String
    let keys: @Sendable () throws -> CheckpointKeys

    /// - Parameters:
    ///   - issuer: The public address of the server.
    ///   - keys: Those in force.
    package init(issuer: String, keys: @escaping @Sendable () throws -> CheckpointKeys) {
        let place = issuer.split(separator: "://", maxSplits: 1).last ?? ""
        var host = place.utf8.allSatisfy { $0 != UInt8(ascii: "+") } ? String(place) : ""
        while host.hasSuffix("/") { host.removeLast() }
        origins = "\(host)/audit-log/"
        self.keys = keys
    }

    /// How far a log has come.
    package struct State: Sendable {
        package let note: SignedNote
        package let checkpoint: Checkpoint
        /// The keys by which its checkpoints are checked, first the one that signs.
        package let keys: [NoteKey]
    }

    /// That an entry is in a log.
    package struct Inclusion: Sendable {
        package let index: Int
        package let size: Int
        package let leaf: TreeHash
        package let proof: [TreeHash]
    }

    /// How far an account's log has come.
    ///
    /// - Parameter id: The account's root organization, in which the actor must have the right.
    /// - Throws: ``Refusal``
    package func state(of id: ID<Organization>, as actor: Actor, tx: borrowing Transaction) throws -> State {
        try access(id, as: actor, tx: tx)
        return try state(of: id, tx: tx)
    }

    /// That an entry is in a log.
    ///
    /// - Parameters:
    ///   - index: Which one, from 0; nil where the event is said.
    ///   - event: Which one, where its number is not known.
    ///   - size: How many entries the log had that the proof is for, nil for as many as it has.
    /// - Throws: ``Refusal/notFound`` where it had no such entry, or never had that size; ``DamagedTile``.
    package func inclusion(
        of index: Int?, event: ID<AuditEvent>?, atSize size: Int?, in id: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Inclusion {
        try access(id, as: actor, tx: tx)
        let log = try tx.auditLog(of: id)
        let size = size ?? log?.size ?? 0
        guard size <= log?.size ?? 0,
            let index = try index ?? event.flatMap({ event in try tx.auditEntry(of: id, being: event) }), index < size
        else { throw Refusal.notFound }
        return try Self.answer(in: id, ofSize: size, tx: tx) { tree in
            guard let proof = try tree.inclusionProof(of: index) else { throw Refusal.notFound }
            return Inclusion(index: index, size: size, leaf: try tree.leaf(index), proof: proof)
        }
    }

    /// That a log begins with the entries that it had earlier.
    ///
    /// - Parameter later: Nil for as many as it has.
    /// - Throws: ``Refusal/notFound`` where it never had one of the sizes; ``DamagedTile``.
    package func consistency(
        from earlier: Int, to later: Int?, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> (size: Int, proof: [TreeHash]) {
        try access(id, as: actor, tx: tx)
        let log = try tx.auditLog(of: id)
        let later = later ?? log?.size ?? 0
        guard later <= log?.size ?? 0 else { throw Refusal.notFound }
        return try Self.answer(in: id, ofSize: later, tx: tx) { tree in
            guard let proof = try tree.consistencyProof(from: earlier) else { throw Refusal.notFound }
            return (later, proof)
        }
    }

    /// A copy of a part of a log, as ``LogExport`` writes it, with its head if it begins with the first entry.
    ///
    /// - Parameters:
    ///   - first: The first entry. Behind the last there are none.
    ///   - limit: 1 to ``longestExport`` entries.
    ///   - size: How many entries the log has whose checkpoint is the head; nil for as many as it has. Another size than that has no
    ///     checkpoint, and so no head.
    /// - Returns: The lines, the size, and the entry that follows, nil where it was the last.
    /// - Throws: ``Refusal/notFound`` where the log never had that size; ``DamagedTile``.
    package func export(
        from first: Int, limit: Int, atSize size: Int?, of id: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> (lines: [UInt8], size: Int, next: Int?) {
        try access(id, as: actor, tx: tx)
        return try export(from: first, limit: limit, atSize: size, of: id, tx: tx)
    }

    /// The same for who owns the database.
    package func export(
        from first: Int, limit: Int, atSize size: Int?, of id: ID<Organization>, tx: borrowing Transaction
    ) throws -> (lines: [UInt8], size: Int, next: Int?) {
        let state = try state(of: id, tx: tx)
        let size = size ?? state.checkpoint.size
        guard size <= state.checkpoint.size else { throw Refusal.notFound }
        let start = min(max(0, first), size)
        let range = start..<min(size, start + min(max(1, limit), Self.longestExport))
        let entries = try tx.auditEntries(of: id, in: range)
        var lines: [UInt8] = []
        if start == 0, size == state.checkpoint.size {
            lines = LogExport.head(state.note, origin: state.checkpoint.origin)
        }
        lines += try Self.answer(in: id, ofSize: size, tx: tx) { tree in
            try range.flatMap { index in
                LogExport.line(
                    index: index, entry: entries[index]?.entry, leaf: try tree.leaf(index),
                    proof: try tree.inclusionProof(of: index) ?? [])
            }
        }
        return (lines, size, range.upperBound < size ? range.upperBound : nil)
    }

    private func access(_ id: ID<Organization>, as actor: Actor, tx: borrowing Transaction) throws {
        let organization = try tx.organization(id, where: actor, may: .auditEventsRead)
        guard organization.path.root == id else { throw Refusal.notFound }
        // That of the operator's own account has what belongs to no organization, too.
        if try tx.operatorAccount()?.id == id { try actor.requiresOperator(.auditEventsRead) }
    }

    func state(of id: ID<Organization>, tx: borrowing Transaction) throws -> State {
        let keys = try keys()
        guard let log = try tx.auditLog(of: id) else {
            let checkpoint = Checkpoint(origin: "\(origins)\(id)", size: 0, root: .empty)
            let own = Self.keys(keys, of: checkpoint.origin)
            guard let key = own.first else { throw StoreError.unreadable("no key signs checkpoints") }
            let note = try SignedNote(checkpoint.text, as: key, by: keys.sign)
            return State(note: note, checkpoint: checkpoint, keys: own)
        }
        guard let note = SignedNote(parsing: log.checkpoint), let checkpoint = Checkpoint(parsing: note.text),
            checkpoint.size == log.size
        else { throw DamagedLog(account: id) }
        return State(note: note, checkpoint: checkpoint, keys: Self.keys(keys, of: checkpoint.origin))
    }

    static func keys(_ keys: CheckpointKeys, of origin: String) -> [NoteKey] {
        keys.publicKeys.compactMap { NoteKey(name: origin, publicKey: $0) }
    }

    /// The answer to a question about the tree of an account's log.
    private static func answer<Answer>(
        in id: ID<Organization>, ofSize size: Int, tx: borrowing Transaction,
        _ question: (MerkleTree) throws -> Answer
    ) throws -> Answer {
        let places = try TiledTree.places(ofSize: size, question)
        let tiles = try tx.auditTiles(of: id, at: places.map(\.number)).keyed
        return try TiledTree.answer(ofSize: size, from: tiles, question)
    }
}

/// What is kept of an account's log contradicts itself: it was changed by other means than ours, or is broken.
package struct DamagedLog: Error, Hashable, CustomStringConvertible {
    package let account: ID<Organization>

    package var description: String { "the audit log of \(account) is not as its checkpoint says" }
}

extension [Int64: [UInt8]] {
    /// The same by places in a tree.
    var keyed: [TilePlace: [UInt8]] {
        [TilePlace: [UInt8]](map { (TilePlace(number: $0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
