package import CredentialFormat
package import Model
package import Policy
package import Persistence
import Synchronization

/// What uses are counted of.
package enum UsageTarget: Hashable, Sendable {
    case apiKey(ID<APIKey>)
    case clientSecret(ID<ClientSecret>)
}

/// The uses of one credential since they were last written down.
package final class UsageCell: Sendable {
    fileprivate struct Uses {
        var count = 0
        var last: LastUse?
        var isListed = false
    }

    fileprivate let target: UsageTarget
    fileprivate let uses = Mutex(Uses())

    package init(_ target: UsageTarget) {
        self.target = target
    }
}

/// Counts uses in memory and writes them down in batches, so that no row is written while a caller waits (law 6).
///
/// What was not written down when a process dies is lost: last use is a help to people, not a proof.
package final class UsageLedger: Sendable {
    /// How many uses are written in one transaction, so that none is long.
    private static let batch = 500
    /// How many credentials may wait to be written down.
    private static let capacity = 1 << 20

    private let store: any Store
    private let used = Mutex<[UsageCell]>([])

    package init(store: any Store) {
        self.store = store
    }

    /// A credential was accepted.
    package func count(_ cell: UsageCell, at now: Instant, from address: IPAddress?) {
        let isNew = cell.uses.withLock { uses in
            uses.count &+= 1
            if uses.last.map({ $0.at <= now }) ?? true { uses.last = LastUse(at: now, address: address) }
            defer { uses.isListed = true }
            return !uses.isListed
        }
        if isNew { list(cell) }
    }

    /// Puts a cell among those to be written down. Where too many wait already it keeps its count, and tries again when
    /// it is used again (law 7).
    private func list(_ cell: UsageCell) {
        let isListed = used.withLock { cells in
            guard cells.count < Self.capacity else { return false }
            cells.append(cell)
            return true
        }
        if !isListed { cell.uses.withLock { $0.isListed = false } }
    }

    /// Writes down what was counted, of at most `limit` credentials. The others stay counted, and are first the next time.
    ///
    /// - Throws: ``StoreError``. What was not written then stays counted.
    package func flush(atMost limit: Int = .max) async throws {
        var waiting = used.withLock { cells in
            let taken = cells.prefix(limit)
            cells.removeFirst(taken.count)
            return taken
        }
        while !waiting.isEmpty {
            let cells = Array(waiting.prefix(Self.batch))
            let entries = cells.map { cell in
                cell.uses.withLock { uses in
                    defer { uses = UsageCell.Uses() }
                    return (cell.target, uses.count, uses.last)
                }
            }
            do {
                try await store.write { [entries] tx in
                    for case (let target, let count, let last?) in entries {
                        try tx.recordUse(of: target, count: count, last: last)
                    }
                }
            } catch {
                putBack(zip(cells, entries.map { ($0.1, $0.2) }), unwritten: waiting.dropFirst(cells.count))
                throw error
            }
            waiting.removeFirst(cells.count)
        }
    }

    private func putBack(_ entries: some Sequence<(UsageCell, (Int, LastUse?))>, unwritten: ArraySlice<UsageCell>) {
        var returned = Array(unwritten)
        for (cell, (count, last)) in entries {
            let isNew = cell.uses.withLock { uses in
                uses.count &+= count
                if uses.last == nil { uses.last = last }
                defer { uses.isListed = true }
                return !uses.isListed
            }
            if isNew { returned.append(cell) }
        }
        used.withLock { $0.append(contentsOf: returned) }
    }
}

extension Transaction {
    fileprivate borrowing func recordUse(of target: UsageTarget, count: Int, last: LastUse) throws {
        switch target {
        case .apiKey(let id): try recordUse(apiKey: id, count: count, at: last.at, address: last.address)
        case .clientSecret(let id): try recordUse(clientSecret: id, count: count, at: last.at, address: last.address)
        }
    }
}
