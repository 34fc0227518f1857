import CredentialFormat
import Events
import Locking
import Model
import Persistence

/// Who used which connection, on its way to the audit log: the first use of an hour is written with the next flush, and what follows
/// within that hour is counted and written at its end. So a use writes nothing itself (law 6), and a busy caller makes two events an
/// hour for each connection (law 7).
package final class UseRecord: Sendable {
    /// What was done.
    package enum Kind: Sendable {
        /// The access token was given.
        case token
        /// The provider was called.
        case call
    }

    private static let windowSeconds = 3600
    /// How many pairs of who and what are counted. Beyond that, each use is written at once.
    private static let capacity = 10_000
    /// Written in one transaction.
    private static let batch = 200

    private struct Key: Hashable {
        let connection: ID<Connection>
        let actor: String
    }

    private struct Entry {
        var actor: Actor
        let organization: ID<Organization>
        let provider: String
        var tokens = 0
        var calls = 0
        var since: Instant
        var lastAt: Instant
        var writtenAt: Instant?

        var isEmpty: Bool { tokens == 0 && calls == 0 }

        mutating func count(_ kind: Kind, by actor: Actor, at now: Instant) {
            if isEmpty { since = now }
            switch kind {
            case .token: tokens += 1
            case .call: calls += 1
            }
            self.actor = actor
            lastAt = now
        }

        func isDue(at now: Instant) -> Bool {
            guard !isEmpty else { return false }
            return writtenAt.map { now >= $0.adding(seconds: windowSeconds) } ?? true
        }
    }

    private let store: any Store
    private let now: @Sendable () -> Instant
    private let entries = Lock<[Key: Entry]>([:])

    init(store: any Store, now: @escaping @Sendable () -> Instant) {
        self.store = store
        self.now = now
    }

    /// Counts a use. Where there is no place left to count it, it is written at once.
    func note(_ kind: Kind, of connection: Connection, by actor: Actor) async throws {
        let time = now()
        let key = Key(connection: connection.id, actor: actor.label)
        var entry = Entry(
            actor: actor, organization: connection.organization, provider: connection.provider, since: time,
            lastAt: time)
        let isCounted = entries.withLock { entries in
            guard entries[key] != nil || entries.count < Self.capacity else { return false }
            entries[key, default: entry].count(kind, by: actor, at: time)
            return true
        }
        guard !isCounted else { return }
        entry.count(kind, by: actor, at: time)
        try await write([(key, entry)])
    }

    /// Writes down what is due, or all that there is. What could not be written waits.
    package func flush(all: Bool = false) async throws {
        let time = now()
        var due = entries.withLock { entries in
            // Whoever was quiet for a whole hour begins anew.
            entries = entries.filter { !$0.value.isEmpty || !isOver($0.value, at: time) }
            return entries.filter { all ? !$0.value.isEmpty : $0.value.isDue(at: time) }.map { ($0.key, $0.value) }
        }
        while !due.isEmpty {
            let part = Array(due.prefix(Self.batch))
            due.removeFirst(part.count)
            try await write(part)
            entries.withLock { entries in
                for (key, written) in part {
                    guard var entry = entries[key] else { continue }
                    entry.tokens -= written.tokens
                    entry.calls -= written.calls
                    entry.since = written.lastAt
                    entry.writtenAt = time
                    entries[key] = entry
                }
            }
        }
    }

    private func isOver(_ entry: Entry, at time: Instant) -> Bool {
        entry.writtenAt.map { time >= $0.adding(seconds: Self.windowSeconds) } ?? false
    }

    private func write(_ uses: [(Key, Entry)]) async throws {
        let time = now()
        try await store.write { tx in
            for (key, entry) in uses {
                var details = ["provider": entry.provider, "since": RFC3339.text(of: entry.since)]
                if entry.tokens > 0 { details["tokens"] = String(entry.tokens) }
                if entry.calls > 0 { details["calls"] = String(entry.calls) }
                try tx.record(
                    .connectionUsed, target: key.connection, in: entry.organization, details: details,
                    by: entry.actor, at: time)
            }
        }
    }
}
