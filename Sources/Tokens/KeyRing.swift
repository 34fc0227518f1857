package import Model
package import Persistence
import Synchronization

/// The keys of an installation. They live in the store, each sealed under the master key with its purpose and version as
/// context, and are unsealed here into a snapshot that everything else reads.
///
/// A rotation makes a new version that is used from then on. What the versions before it made stays good until it would
/// have expired anyway; then they retire and are removed. Peppers never are: what they digested cannot be digested again.
package final class KeyRing: Sendable {
    /// How long after the longest token's end a key is kept, in seconds: nodes hear of a rotation late, and clocks differ.
    private static let margin = 3600
    /// How long replies to repeated requests are kept, in seconds (design §7).
    private static let replySeconds = 86_400

    /// How many retired keys one transaction removes at most.
    private static let sweepLimit = 1000

    private struct State: Sendable {
        var keys: KeySet
        /// What the keys are made from.
        var rows: [KeyRingRow]
        /// Which reload the keys are from.
        var installed = 0
        var begun = 0
    }

    private let store: any Store
    private let masterKey: MasterKey
    private let longestTokenSeconds: Int
    private let now: @Sendable () -> Instant
    private let state: Mutex<State>
    private let currentEdition = Atomic(1)
    private let reading = SharedRun()

    private init(
        store: any Store, masterKey: MasterKey, longestTokenSeconds: Int, now: @escaping @Sendable () -> Instant,
        keys: KeySet, rows: [KeyRingRow]
    ) {
        self.store = store
        self.masterKey = masterKey
        self.longestTokenSeconds = longestTokenSeconds
        self.now = now
        state = Mutex(State(keys: keys, rows: rows))
    }

    /// Opens the ring of a store: makes the first keys where there are none, and removes those that have retired.
    ///
    /// - Parameter longestTokenSeconds: The longest lifetime of a token (`ProductPolicy.accessTokenMaximumSeconds`). A
    ///   rotation keeps the keys before it for so long and an hour.
    /// - Throws: ``TokenError/doesNotOpen(purpose:version:)`` under a wrong master key, which leaves the ring as it was,
    ///   or a ``StoreError``.
    package static func open(
        store: any Store, masterKey: MasterKey, longestTokenSeconds: Int = 86_400,
        now: @escaping @Sendable () -> Instant
    ) async throws -> KeyRing {
        let prepare = { @Sendable () async throws -> [KeyRingRow] in
            try await store.write { tx in try prepared(tx, masterKey: masterKey, now: now()) }
        }
        let rows: [KeyRingRow]
        do {
            rows = try await prepare()
        } catch StoreError.constraint(.unique) {
            // Another node made the first keys at the same moment.
            rows = try await prepare()
        }
        return KeyRing(
            store: store, masterKey: masterKey, longestTokenSeconds: longestTokenSeconds, now: now,
            keys: try KeySet(rows: rows, masterKey: masterKey, now: now()), rows: rows)
    }

    /// Looks whether the master key opens these keys, and makes none.
    ///
    /// - Throws: ``TokenError/doesNotOpen(purpose:version:)``.
    package static func check(_ rows: [KeyRingRow], under masterKey: MasterKey) throws {
        for row in rows { _ = try row.opened(by: masterKey) }
    }

    /// The keys in force. Cheap: nothing is copied or computed.
    package var keys: KeySet {
        state.withLock { $0.keys }
    }

    /// Which edition of the keys is in force: another number whenever they have changed. Whoever remembers what some keys
    /// said asks for it first and for ``keys`` second, and so never takes old keys for a new edition.
    package var edition: Int { currentEdition.load(ordering: .acquiring) }

    /// The keys as the store has them, read after this call began. All who ask at the same time share a reading.
    ///
    /// - Throws: What ``reload()`` throws.
    package func readKeys() async throws -> KeySet {
        try await reading.run { try await self.reload() }
        return keys
    }

    /// Reads the ring again. Whoever hears ``Change/keyRing`` calls this.
    package func reload() async throws {
        let ticket = state.withLock { state in
            state.begun += 1
            return state.begun
        }
        let rows = try await store.read { tx in try tx.keyRingRows() }
        let isSame = state.withLock { state in
            guard state.rows == rows else { return false }
            state.installed = max(state.installed, ticket)
            return true
        }
        if isSame { return }
        let keys = try KeySet(rows: rows, masterKey: masterKey, now: now())
        state.withLock { state in
            // A reload that began later has seen all that this one has.
            guard ticket > state.installed else { return }
            state.installed = ticket
            state.keys = keys
            state.rows = rows
            currentEdition.wrappingAdd(1, ordering: .releasing)
        }
    }

    /// Makes a new version for each purpose, used from the return of this call on.
    ///
    /// - Parameters:
    ///   - time: Leaves alone the purposes whose newest version was made then or later, nil for none: of many who find
    ///     a key too old at the same moment, one replaces it.
    ///   - actor: Must reach everything.
    ///   - atOnce: Whether the versions before are to be refused from now on, because they have leaked: every token
    ///     made with them is lost. Peppers are kept even so.
    ///   - leased: What to write through instead of the ring's own store, such as a ``LeasedStore``.
    ///   - record: Called in the same transaction for each new version, to write the audit event.
    /// - Returns: The purposes that have a new version.
    /// - Throws: ``Refusal/notFound`` for another actor, or what the store throws.
    @discardableResult
    package func rotate(
        _ purposes: Set<KeyPurpose>, madeBefore time: Instant? = nil, by actor: Actor, atOnce: Bool = false,
        through leased: (any Store)? = nil,
        record: @escaping @Sendable (borrowing Transaction, Actor, KeyPurpose, _ version: Int) throws -> Void = {
            _, _, _, _ in
        }
    ) async throws -> Set<KeyPurpose> {
        guard actor.reach == .everything else { throw Refusal.notFound }
        let now = now()
        let rotated = try await (leased ?? store).write { [self] tx in
            let rows = try tx.keyRingRows()
            let newest = { (purpose: KeyPurpose) in rows.last { $0.purpose == purpose.rawValue } }
            let due = purposes.filter { purpose in
                guard let time, let newest = newest(purpose) else { return true }
                return newest.createdAt < time
            }
            for purpose in due.sorted(by: { $0.rawValue < $1.rawValue }) {
                let version = (newest(purpose)?.version ?? 0) + 1
                let row = try Self.fresh(purpose, version: version, under: masterKey, now: now)
                try tx.insert(row)
                if let seconds = secondsKept(purpose) {
                    let end = atOnce ? now : now.adding(seconds: seconds)
                    for older in rows
                    where older.purpose == purpose.rawValue && older.retiresAt.map({ $0 > end }) ?? true {
                        try tx.retire(keyRing: purpose.rawValue, version: older.version, at: end)
                    }
                }
                try record(tx, actor, purpose, row.version)
            }
            _ = try tx.sweepKeyRing(before: now, limit: Self.sweepLimit)
            if !due.isEmpty { tx.announce(.keyRing) }
            return due
        }
        if !rotated.isEmpty { try await reload() }
        return rotated
    }

    /// How long versions are kept after their successor was made, in seconds; nil for ever.
    private func secondsKept(_ purpose: KeyPurpose) -> Int? {
        switch purpose {
        case .pepper, .secrets: nil
        case .sealing, .signing: longestTokenSeconds + Self.margin
        case .replies: Self.replySeconds + Self.margin
        }
    }

    private static func prepared(
        _ tx: borrowing Transaction, masterKey: MasterKey, now: Instant
    ) throws -> [KeyRingRow] {
        let rows = try tx.keyRingRows()
        // Nothing is made, nor removed, by a process that cannot open what is there.
        for row in rows { _ = try row.opened(by: masterKey) }
        let present = Set(rows.map(\.purpose))
        if !rows.isEmpty, !present.contains(KeyPurpose.pepper.rawValue) { throw TokenError.missing(.pepper) }
        for purpose in KeyPurpose.allCases where !present.contains(purpose.rawValue) {
            try tx.insert(try fresh(purpose, version: 1, under: masterKey, now: now))
        }
        _ = try tx.sweepKeyRing(before: now, limit: sweepLimit)
        return try tx.keyRingRows()
    }

    private static func fresh(
        _ purpose: KeyPurpose, version: Int, under masterKey: MasterKey, now: Instant
    ) throws -> KeyRingRow {
        guard UInt16(exactly: version) != nil else { throw TokenError.tooManyVersions(purpose) }
        let sealed = try masterKey.seal(purpose.freshKey(), for: purpose.context(version: version))
        return KeyRingRow(purpose: purpose.rawValue, version: version, sealed: sealed, createdAt: now, retiresAt: nil)
    }
}
