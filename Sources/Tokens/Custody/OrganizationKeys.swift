package import CredentialFormat
import Crypto
import Locking
package import Model
package import Persistence

/// The keys of organizations: made when first needed, wrapped by a master key, and unwrapped into a bounded memory that lives for
/// ten minutes and forgets what it hears was changed.
package final class OrganizationKeys: FeedListener {
    /// For how long an unwrapped key is kept, in seconds.
    private static let lifetimeSeconds = 600
    /// How often a key is wrapped that is new, while master keys change.
    private static let attempts = 3

    private struct Entry {
        let key: OrganizationKey
        let since: Instant
    }

    private struct Memory {
        var entries: [ID<Organization>: Entry] = [:]
        /// Counts what was forgotten, so that what was read before is not kept after it.
        var epoch = 0
    }

    private let store: any Store
    private let masters: KeyEncryptionKeys
    private let capacity: Int
    private let now: @Sendable () -> Instant
    private let memory = Lock(Memory())

    /// - Parameters:
    ///   - masters: What wraps the keys.
    ///   - capacity: How many unwrapped keys are kept at most.
    package init(
        over store: any Store, wrappedBy masters: KeyEncryptionKeys, capacity: Int = 1000,
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.masters = masters
        self.capacity = max(1, capacity)
        self.now = now
    }

    /// The key of an organization. It is made if there is none; of many who need it at the same moment, all get the same.
    ///
    /// - Throws: ``CustodyError``, a ``StoreError`` (`.foreignKey` where there is no such organization), or what the key that wraps
    ///   it throws when it is out of reach.
    package func key(of organization: ID<Organization>) async throws -> OrganizationKey {
        if let key = try await existingKey(of: organization) { return key }
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        // While it was wrapped, which may take a service some time, another master key may have been put in force.
        for _ in 0..<Self.attempts {
            let master = try await masterInForce()
            let row = OrganizationKeyRow(
                organization: organization, wrappedBy: master.identifier,
                wrapped: try await master.wrap(bytes, for: OrganizationKey.context(of: organization)),
                createdAt: now())
            let isInserted: Bool
            do {
                isInserted = try await store.write { tx in
                    guard try tx.masterKeyInForce() ?? row.wrappedBy == row.wrappedBy else { return false }
                    try tx.insert(row)
                    return true
                }
            } catch StoreError.constraint(.unique) {
                // Another one was made at the same moment.
                isInserted = true
            }
            if isInserted { break }
        }
        guard let key = try await existingKey(of: organization) else {
            throw CustodyError.unreadable(organization)
        }
        return key
    }

    /// What wraps keys: the newest where the database does not say.
    ///
    /// - Throws: ``CustodyError/notGiven(masterKey:)``, a ``StoreError``.
    private func masterInForce() async throws -> any KeyEncryptionKey {
        guard let name = try await store.read({ tx in try tx.masterKeyInForce() }) else { return masters.newest }
        guard let master = masters.named(name) else { throw CustodyError.notGiven(masterKey: name) }
        return master
    }

    /// The key of an organization, nil where it has none.
    ///
    /// - Throws: As ``key(of:)``.
    package func existingKey(of organization: ID<Organization>) async throws -> OrganizationKey? {
        let time = now()
        let (known, epoch) = memory.withLock { memory in
            (memory.entries[organization].flatMap { Self.isFresh($0, at: time) ? $0.key : nil }, memory.epoch)
        }
        if let known { return known }
        guard let row = try await store.read({ tx in try tx.organizationKey(of: organization) }) else { return nil }
        let key = try await key(in: row)
        memory.withLock { memory in
            guard memory.epoch == epoch else { return }
            if memory.entries.count >= capacity {
                memory.entries = memory.entries.filter { Self.isFresh($0.value, at: time) }
                if memory.entries.count >= capacity, let any = memory.entries.keys.first { memory.entries[any] = nil }
            }
            memory.entries[organization] = Entry(key: key, since: time)
        }
        return key
    }

    /// The name of the master key that wraps new keys.
    package var newestMasterKey: String { masters.newest.identifier }

    /// How many unwrapped keys are kept.
    package var countInMemory: Int { memory.withLock(\.entries.count) }

    /// Hears what was committed, here or by another node.
    package func hear(_ changes: [Change], at now: Instant) {
        memory.withLock { memory in
            for case .organization(let id) in changes {
                memory.entries[id] = nil
                memory.epoch += 1
            }
        }
    }

    /// Forgets everything: what was committed elsewhere was not heard for a while.
    package func forgetEverything() {
        memory.withLock { memory in
            memory.entries = [:]
            memory.epoch += 1
        }
    }

    /// A clock that was set back makes nothing younger than it is.
    private static func isFresh(_ entry: Entry, at time: Instant) -> Bool {
        entry.since <= time && time < entry.since.adding(seconds: lifetimeSeconds)
    }

    /// The key in a row that was just read, whatever is in memory.
    ///
    /// - Throws: ``CustodyError``, or what the key that wraps it throws when it is out of reach.
    package func key(in row: OrganizationKeyRow) async throws -> OrganizationKey {
        guard let master = masters.named(row.wrappedBy) else { throw CustodyError.missing(masterKey: row.wrappedBy) }
        guard
            let bytes = try await master.unwrap(row.wrapped, for: OrganizationKey.context(of: row.organization)),
            let key = OrganizationKey(of: row.organization, bytes: bytes)
        else { throw CustodyError.unreadable(row.organization) }
        return key
    }
}

extension OrganizationKeys {
    /// Makes certain that this node was given every master key that it needs, and that they are what they were. Called before a
    /// server listens. Names of master keys that never sealed anything are forgotten where they were not given.
    ///
    /// - Throws: ``CustodyError``.
    package func check() async throws {
        for master in masters.all {
            let context = MasterKey.canaryContext(master.identifier)
            let kept = try await store.read { tx in try tx.canary(ofMasterKey: master.identifier) }
            if let kept {
                guard try await master.unwrap(kept, for: context) == MasterKey.canary else {
                    throw CustodyError.canary(masterKey: master.identifier)
                }
            } else {
                let canary = try await master.wrap(MasterKey.canary, for: context)
                let now = now()
                try await store.write { tx in try tx.insert(masterKey: master.identifier, canary: canary, at: now) }
            }
        }
        let given = Set(masters.all.map(\.identifier))
        let missing = try await store.write { tx -> String? in
            for row in try tx.masterKeys() where !given.contains(row.name) {
                if try tx.wrapsAnything(masterKey: row.name) { return row.name }
                // That nothing is sealed any more under one that was in force is for ``retire(record:)`` to say.
                if row.inForceFrom == nil { try tx.forget(masterKey: row.name) }
            }
            return nil
        }
        if let missing { throw CustodyError.missing(masterKey: missing) }
    }

    /// Forgets the master keys that were in force and wrap nothing any more.
    ///
    /// - Parameter record: Called in the same transaction with the name of each.
    /// - Returns: The names.
    /// - Throws: A ``StoreError``, or what `record` throws.
    package func retire(
        through leased: (any Store)? = nil,
        record: @escaping @Sendable (borrowing Transaction, _ name: String) throws -> Void
    ) async throws -> [String] {
        let isOne = try await store.read { tx in try tx.masterKeys().count { $0.inForceFrom != nil } > 1 }
        guard isOne else { return [] }
        return try await (leased ?? store).write { tx in
            let inForce = try tx.masterKeyInForce()
            var names: [String] = []
            for row in try tx.masterKeys() where row.inForceFrom != nil && row.name != inForce {
                guard try !tx.wrapsAnything(masterKey: row.name) else { continue }
                try tx.forget(masterKey: row.name)
                try record(tx, row.name)
                names.append(row.name)
            }
            return names
        }
    }

    /// How far wrapping anew has come.
    package struct Rewrapping: Sendable, Equatable {
        /// How many keys the master key in force wraps by this.
        package var rewrapped = 0
        /// Organizations whose keys do not open, or are wrapped by a master key that this node was not given.
        package var unreadable: [ID<Organization>] = []
        /// From where it goes on, nil at the end.
        package var next: ID<Organization>?

        package init(rewrapped: Int = 0, unreadable: [ID<Organization>] = [], next: ID<Organization>? = nil) {
            self.rewrapped = rewrapped
            self.unreadable = unreadable
            self.next = next
        }
    }

    /// Wraps the keys of organizations anew that another master key wraps than the one in force: at most `limit` of them, behind a
    /// place. It may be stopped anywhere and begun again, and several nodes may do it at once. Nothing that is sealed is touched.
    ///
    /// - Parameter leased: What to write through instead of the store.
    package func rewrap(
        after place: ID<Organization>? = nil, limit: Int = 100, through leased: (any Store)? = nil
    ) async throws -> Rewrapping {
        let inForce = try await masterInForce()
        let rows = try await store.read { tx in
            try tx.organizationKeys(notWrappedBy: inForce.identifier, after: place, limit: limit)
        }
        var progress = Rewrapping(next: rows.count == limit ? rows.last?.organization : nil)
        var changes: [(OrganizationKeyRow, [UInt8])] = []
        for row in rows {
            let context = OrganizationKey.context(of: row.organization)
            guard let master = masters.named(row.wrappedBy),
                let bytes = try await master.unwrap(row.wrapped, for: context)
            else {
                progress.unreadable.append(row.organization)
                continue
            }
            changes.append((row, try await inForce.wrap(bytes, for: context)))
        }
        guard !changes.isEmpty else { return progress }
        progress.rewrapped = try await (leased ?? store).write { [changes] tx in
            // Another one was put in force meanwhile: the next step wraps under that.
            guard try tx.masterKeyInForce() ?? inForce.identifier == inForce.identifier else { return 0 }
            var count = 0
            for (row, wrapped) in changes where try tx.rewrap(row, as: wrapped, by: inForce.identifier) { count += 1 }
            return count
        }
        return progress
    }
}
