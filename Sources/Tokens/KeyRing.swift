import Locking
package import Model
package import Persistence
import Synchronization

/// The keys of an installation. They live in the store, each sealed under the master key with its purpose and version as
/// context, and are unsealed here into a snapshot that everything else reads.
///
/// A rotation makes a new version that is used from then on, or, where others keep copies of it, from later on
/// (``RotationPace``). What the versions before it made stays good until it would have expired anyway; then they retire and
/// are removed. Peppers never are: what they digested cannot be digested again. The database's clock says when.
package final class KeyRing: Sendable {
    /// How long after the longest token's end a key is kept, in seconds: nodes hear of a rotation late, and clocks differ.
    private static let margin = 3600
    /// How long replies to repeated requests are kept, in seconds.
    private static let replySeconds = 86_400

    /// How many retired keys one transaction removes at most.
    private static let sweepLimit = 1000

    /// Reads the clock that all nodes share, in a transaction.
    package typealias DatabaseClock = @Sendable (borrowing Transaction) throws -> Instant
    /// Notes in its transaction that a key was made.
    package typealias Record = @Sendable (borrowing Transaction, Actor, KeyPurpose, KeyRingRow) throws -> Void

    private struct State: Sendable {
        var keys: KeySet
        /// What the keys are made from.
        var stored: StoredKeys
        /// Which reload the keys are from.
        var installed = 0
        var begun = 0
    }

    private let store: any Store
    private let masterKeys: MasterKeys
    private let longestTokenSeconds: Int
    private let longestRefreshSeconds: Int
    private let now: @Sendable () -> Instant
    private let clock: DatabaseClock
    private let state: Lock<State>
    private let currentEdition = Atomic(1)
    private let reading = SharedRun()
    /// One at a time of each purpose that is made when needed.
    private let making: [KeyPurpose: SharedRun]

    private init(
        store: any Store, masterKeys: MasterKeys, longestTokenSeconds: Int, longestRefreshSeconds: Int,
        now: @escaping @Sendable () -> Instant, clock: @escaping DatabaseClock, keys: KeySet, stored: StoredKeys
    ) {
        self.store = store
        self.masterKeys = masterKeys
        self.longestTokenSeconds = longestTokenSeconds
        self.longestRefreshSeconds = longestRefreshSeconds
        making = Dictionary(uniqueKeysWithValues: KeyPurpose.allCases.map { ($0, SharedRun()) })
        self.now = now
        self.clock = clock
        state = Lock(State(keys: keys, stored: stored))
    }

    /// Opens the ring of a store: makes the first keys where there are none, and removes those that have retired.
    ///
    /// - Parameters:
    ///   - previousMasterKeys: Those beside it, while one takes the place of the other. The database says which of all seals.
    ///   - longestTokenSeconds: The longest lifetime of an access token (`ProductPolicy.accessTokenMaximumSeconds`). A
    ///     rotation keeps the keys before it for so long and an hour.
    ///   - longestRefreshSeconds: The longest lifetime of a lineage of refresh tokens
    ///     (`ProductPolicy.refreshTokenMaximumSeconds`), for the keys that seal those.
    ///   - now: The node's own clock, by which it dates what it issues.
    ///   - clock: The clock that all nodes share.
    /// - Throws: ``TokenError/doesNotOpen(purpose:version:)`` under a wrong master key, which leaves the ring as it was,
    ///   or a ``StoreError``.
    package static func open(
        store: any Store, masterKey: MasterKey, previousMasterKeys: [MasterKey] = [], longestTokenSeconds: Int = 86_400,
        longestRefreshSeconds: Int = 365 * 86_400, now: @escaping @Sendable () -> Instant,
        clock: @escaping DatabaseClock = { tx in try tx.databaseClock() }
    ) async throws -> KeyRing {
        let masterKeys = MasterKeys(masterKey, older: previousMasterKeys)
        let prepare = { @Sendable () async throws -> StoredKeys in
            try await store.write { tx in
                let time = try clock(tx)
                return StoredKeys(rows: try prepared(tx, masterKeys: masterKeys, now: time), at: time, now: now())
            }
        }
        let stored: StoredKeys
        do {
            stored = try await prepare()
        } catch StoreError.constraint(.unique) {
            // Another node made the first keys at the same moment.
            stored = try await prepare()
        }
        return KeyRing(
            store: store, masterKeys: masterKeys, longestTokenSeconds: longestTokenSeconds,
            longestRefreshSeconds: longestRefreshSeconds, now: now, clock: clock,
            keys: try stored.opened(by: masterKeys, now: now()), stored: stored)
    }

    /// Looks whether the master key, or one before it, opens these keys, and makes none.
    ///
    /// - Throws: ``TokenError/doesNotOpen(purpose:version:)``.
    package static func check(_ rows: [KeyRingRow], under masterKeys: MasterKeys) throws {
        for row in rows { _ = try row.opened(by: masterKeys) }
    }

    /// Seals keys anew that are sealed under another master key than the one in force: at most `limit` of them. What they are, and
    /// what was made with them, stays as it is.
    ///
    /// - Returns: How many.
    /// - Throws: ``TokenError/doesNotOpen(purpose:version:)`` for a damaged row, or what the store throws.
    @discardableResult
    package func reseal(limit: Int = 100, through leased: (any Store)? = nil) async throws -> Int {
        let resealed = try await (leased ?? store).write { [masterKeys] tx in
            try Self.reseal(tx, limit: limit, opening: masterKeys, under: masterKeys.inForce(tx))
        }
        if resealed > 0 { try await reload() }
        return resealed
    }

    /// Puts a master key in force and seals the whole ring anew under it, in one transaction: at each moment all of it is sealed under
    /// one master key, and whoever makes a key from here on seals it under that one.
    ///
    /// - Parameters:
    ///   - name: One of those that this process was given.
    ///   - check: Called first in that transaction. What it throws leaves everything as it was.
    ///   - record: Called last, with the name of the one before and how many keys were sealed anew.
    /// - Returns: How many keys were sealed anew; nil where it was in force already.
    /// - Throws: ``CustodyError/notGiven(masterKey:)``, ``TokenError/doesNotOpen(purpose:version:)``, what the closures or the store throw.
    package func putInForce(
        masterKey name: String, checking check: @escaping @Sendable (borrowing Transaction) throws -> Void,
        record: @escaping @Sendable (borrowing Transaction, _ before: String?, _ keys: Int) throws -> Void
    ) async throws -> Int? {
        guard let key = masterKeys.named(name) else { throw CustodyError.notGiven(masterKey: name) }
        let resealed = try await store.write { [masterKeys, clock] tx -> Int? in
            let before = try tx.masterKeyInForce()
            guard before != name else { return nil }
            try masterKeys.check(tx)
            try check(tx)
            let count = try Self.reseal(tx, limit: .max, opening: masterKeys, under: key)
            try tx.putInForce(key, at: clock(tx))
            try record(tx, before, count)
            return count
        }
        if resealed != nil { try await reload() }
        return resealed
    }

    /// Writes down which master key seals, where the database does not say yet: the one that opens the ring.
    ///
    /// - Throws: A ``StoreError``.
    package func noteMasterKeyInForce() async throws {
        guard try await store.read({ tx in try tx.masterKeyInForce() }) == nil else { return }
        try await store.write { [masterKeys, clock] tx in
            guard try tx.masterKeyInForce() == nil,
                let key = Self.masterKey(of: try tx.keyRingRows(), among: masterKeys)
            else { return }
            try tx.putInForce(key, at: clock(tx))
        }
    }

    /// That of some master keys under which a ring is sealed, nil for an empty one and where it is none of them.
    package static func masterKey(of rows: [KeyRingRow], among masterKeys: MasterKeys) -> MasterKey? {
        rows.first.flatMap { row in masterKeys.all.first { row.isSealed(under: $0) } }
    }

    /// Whether every key of a ring is sealed under this master key.
    package static func isSealed(_ rows: [KeyRingRow], under masterKey: MasterKey) -> Bool {
        rows.allSatisfy { $0.isSealed(under: masterKey) }
    }

    private static func reseal(
        _ tx: borrowing Transaction, limit: Int, opening masterKeys: MasterKeys, under key: MasterKey
    ) throws -> Int {
        let others = try tx.keyRingRows().filter { !$0.isSealed(under: key) }.prefix(limit)
        for row in others {
            try tx.reseal(keyRing: row, as: key.seal(row.opened(by: masterKeys), for: row.context))
        }
        if !others.isEmpty { tx.announce(.keyRing) }
        return others.count
    }

    /// The keys in force. Cheap: nothing is copied or computed.
    package var keys: KeySet {
        state.withLock { $0.keys }
    }

    /// Which edition (key generation) is in force: another number whenever the keys have changed. Whoever remembers what some keys
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
        let stored = try await store.read { [now, clock] tx in
            let time = try clock(tx)
            return StoredKeys(rows: try tx.keyRingRows(), at: time, now: now())
        }
        let isSame = state.withLock { state in
            guard stored.isSame(as: state.stored) else { return false }
            state.installed = max(state.installed, ticket)
            return true
        }
        if isSame { return }
        let keys = try stored.opened(by: masterKeys, now: now())
        state.withLock { state in
            // A reload that began later has seen all that this one has.
            guard ticket > state.installed else { return }
            state.installed = ticket
            state.keys = keys
            state.stored = stored
            currentEdition.wrappingAdd(1, ordering: .releasing)
        }
    }

    /// Makes the first signing key of each algorithm that has none, so that the key set has it before any app can want it:
    /// who fetched the set earlier would refuse what it signs. Makes the key of audit logs, too. Called before a server listens.
    ///
    /// - Throws: ``StoreError``.
    package func ensureAll() async throws {
        for purpose in KeyPurpose.allCases where purpose.isPublished { try await ensure(purpose) }
        try await ensure(.auditLog)
    }

    /// From when on all keys that sign are in use, by the node's clock: nil where they are.
    package var signsFrom: Instant? {
        let now = now()
        return keys.idTokenKeys.map(\.usedFrom).filter { $0 > now }.max()
    }

    /// How long ago the newest key of each purpose was made, in seconds by the database's clock as far as this node knows it.
    package var ages: [(purpose: KeyPurpose, seconds: Int)] {
        let stored = state.withLock(\.stored)
        let now = now()
        return KeyPurpose.allCases.compactMap { purpose in
            stored.newest(purpose).map { (purpose: purpose, seconds: max(0, now.seconds(since: $0))) }
        }
    }

    /// Makes the first key of a purpose that is made when needed, unless there is one. When this returns, ``keys`` have it.
    /// Of many who need it at the same moment, on whatever nodes, one makes it.
    ///
    /// - Throws: ``StoreError``.
    package func ensure(_ purpose: KeyPurpose) async throws {
        guard purpose.isMadeWhenNeeded, !has(purpose), let making = making[purpose] else { return }
        try await making.run { [self] in
            guard !has(purpose) else { return }
            let fresh = try purpose.freshKey()
            do {
                try await store.write { [masterKeys, clock] tx in
                    guard try !tx.keyRingRows().contains(where: { $0.purpose == purpose.rawValue }) else { return }
                    try tx.insert(
                        Self.row(purpose, version: 1, key: fresh, under: masterKeys.inForce(tx), now: clock(tx)))
                    tx.announce(.keyRing)
                }
            } catch StoreError.constraint(.unique) {
                // Another node made it at the same moment.
            }
            try await reload()
        }
    }

    private func has(_ purpose: KeyPurpose) -> Bool {
        state.withLock { $0.stored.rows.contains { $0.purpose == purpose.rawValue } }
    }

    /// Makes a new version for each purpose, used from the return of this call on; of those that sign, published from then
    /// on and used after as long as `pace` says. A purpose that is made when needed, and was not yet, is left alone.
    ///
    /// - Parameters:
    ///   - seconds: Leaves alone the purposes whose newest version is no older, nil for none: of many who find a key too
    ///     old at the same moment, one replaces it.
    ///   - actor: Must reach everything.
    ///   - pace: ``RotationPace/immediate`` has the versions before refused from now on: every token made with them is
    ///     lost. Peppers are kept even so.
    ///   - leased: What to write through instead of the ring's own store, such as a ``LeasedStore``.
    ///   - record: Called in the same transaction for each new version, to write the audit event. Times of the row are by
    ///     the database's clock.
    /// - Returns: The purposes that have a new version.
    /// - Throws: ``Refusal/notFound`` for another actor, or what the store throws.
    @discardableResult
    package func rotate(
        _ purposes: Set<KeyPurpose>, olderThan seconds: Int? = nil, by actor: Actor, pace: RotationPace = .prompt,
        through leased: (any Store)? = nil, record: @escaping Record = { _, _, _, _ in }
    ) async throws -> Set<KeyPurpose> {
        guard actor.reach == .everything else { throw Refusal.notFound }
        // Before the transaction: an RSA key takes so long to make that nobody should wait behind it.
        var slow: [KeyPurpose: [UInt8]] = [:]
        let known = state.withLock(\.stored.rows)
        let aside = try await store.read { [clock] tx in try clock(tx) }
        let isDue = { @Sendable (purpose: KeyPurpose, rows: [KeyRingRow], now: Instant) in
            Self.isDue(purpose, madeBefore: seconds.map { now.adding(seconds: -$0) }, in: rows)
        }
        for purpose in purposes where purpose.isMadeWhenNeeded && isDue(purpose, known, aside) {
            slow[purpose] = try purpose.freshKey()
        }
        let rotated = try await (leased ?? store).write { [self, slow] tx in
            let rows = try tx.keyRingRows()
            let now = try clock(tx)
            let due = purposes.filter { isDue($0, rows, now) }
            let masterKey = try masterKeys.inForce(tx)
            for purpose in due.sorted(by: { $0.rawValue < $1.rawValue }) {
                let version = (rows.last { $0.purpose == purpose.rawValue }?.version ?? 0) + 1
                let usedFrom = now.adding(seconds: purpose.isPublished ? pace.aheadSeconds : 0)
                let row = try Self.row(
                    purpose, version: version, key: slow[purpose] ?? purpose.freshKey(), under: masterKey, now: now,
                    usedFrom: usedFrom)
                try tx.insert(row)
                if let seconds = secondsKept(purpose) {
                    let end = pace == .immediate ? now : usedFrom.adding(seconds: seconds)
                    for older in rows
                    where older.purpose == purpose.rawValue && older.retiresAt.map({ $0 > end }) ?? true {
                        try tx.retire(keyRing: purpose.rawValue, version: older.version, at: end)
                    }
                }
                try record(tx, actor, purpose, row)
            }
            _ = try tx.sweepKeyRing(before: now, limit: Self.sweepLimit)
            if !due.isEmpty { tx.announce(.keyRing) }
            return due
        }
        if !rotated.isEmpty { try await reload() }
        return rotated
    }

    private static func isDue(_ purpose: KeyPurpose, madeBefore time: Instant?, in rows: [KeyRingRow]) -> Bool {
        guard let newest = rows.last(where: { $0.purpose == purpose.rawValue }) else {
            return !purpose.isMadeWhenNeeded
        }
        return time.map { newest.createdAt < $0 } ?? true
    }

    /// How long versions are kept after their successor is used, in seconds; nil for ever.
    private func secondsKept(_ purpose: KeyPurpose) -> Int? {
        switch purpose {
        case .pepper, .secrets, .clientSecrets, .fingerprints, .auditLog: nil
        case .sealing: longestTokenSeconds + Self.margin
        case .signing: max(longestTokenSeconds, IDToken.seconds) + Self.margin
        case .signingEdDSA, .signingRS256: IDToken.seconds + Self.margin
        case .refresh: longestRefreshSeconds + Self.margin
        case .replies: Self.replySeconds + Self.margin
        }
    }

    private static func prepared(
        _ tx: borrowing Transaction, masterKeys: MasterKeys, now: Instant
    ) throws -> [KeyRingRow] {
        let rows = try tx.keyRingRows()
        // Nothing is made, nor removed, by a process that cannot open what is there.
        let masterKey = try masterKeys.inForce(tx)
        try check(rows, under: masterKeys)
        let present = Set(rows.map(\.purpose))
        if !rows.isEmpty, !present.contains(KeyPurpose.pepper.rawValue) { throw TokenError.missing(.pepper) }
        for purpose in KeyPurpose.allCases
        where !purpose.isMadeWhenNeeded && !present.contains(purpose.rawValue) {
            try tx.insert(row(purpose, version: 1, key: purpose.freshKey(), under: masterKey, now: now))
        }
        _ = try tx.sweepKeyRing(before: now, limit: sweepLimit)
        return try tx.keyRingRows()
    }

    private static func row(
        _ purpose: KeyPurpose, version: Int, key: [UInt8], under masterKey: MasterKey, now: Instant,
        usedFrom: Instant? = nil
    ) throws -> KeyRingRow {
        guard UInt16(exactly: version) != nil else { throw TokenError.tooManyVersions(purpose) }
        let sealed = try masterKey.seal(key, for: purpose.context(version: version))
        return KeyRingRow(
            purpose: purpose.rawValue, version: version, sealed: sealed, createdAt: now, usedFrom: usedFrom ?? now,
            retiresAt: nil)
    }
}
