package import CredentialFormat
import Locking
package import Model
package import Policy
package import Persistence

/// What uses are counted of.
package enum UsageTarget: Hashable, Sendable {
    /// By the secret that was made at that time, where it is known.
    case apiKey(ID<APIKey>, secretMadeAt: Instant? = nil)
    case clientSecret(ID<ClientSecret>, of: ClientID)
    case accessKey(ID<AccessKey>)
    case app(ID<App>)
    case grant(ID<Grant>)
}

/// The uses of one credential since they were last written down.
struct Uses: Sendable {
    private(set) var count = 0
    private var lastAt = Instant(milliseconds: .min)
    private var lastFrom: IPAddress?
    /// Whether they wait to be written down.
    var isListed = false

    /// The last of them, nil where there are none.
    var last: LastUse? { count == 0 ? nil : LastUse(at: lastAt, address: lastFrom) }

    mutating func add(at now: Instant, from address: IPAddress?) {
        count &+= 1
        guard lastAt <= now else { return }
        lastAt = now
        lastFrom = address
    }

    /// Takes all of them out if they do not wait to be written down, for another place to count on from; nil if they do.
    mutating func takenUnlessListed() -> Uses? {
        guard !isListed else { return nil }
        defer { self = Uses() }
        return self
    }
}

/// Where the uses of one credential are counted: of an API key, of which there may be a million, with what memory knows of it.
package enum UsageCell: Sendable {
    case counter(UsageCounter)
    case apiKey(KnownAPIKey)

    /// A new place to count at.
    package init(_ target: UsageTarget) {
        self = .counter(UsageCounter(target))
    }

    /// The client secret whose uses are counted, nil where they are of something else.
    var secret: ID<AnyEntity>? {
        guard case .clientSecret(let id, _) = target else { return nil }
        return ID(value: id.value)
    }

    fileprivate var target: UsageTarget {
        switch self {
        case .counter(let counter): counter.target
        case .apiKey(let key): key.target
        }
    }

    fileprivate func withUses<R>(_ body: (inout Uses) -> R) -> R {
        switch self {
        case .counter(let counter): counter.uses.withLock { body(&$0) }
        case .apiKey(let key): key.withUses(body)
        }
    }
}

/// The uses of one credential, by themselves.
package final class UsageCounter: Sendable {
    fileprivate let target: UsageTarget
    fileprivate let uses = Lock(Uses())

    fileprivate init(_ target: UsageTarget) {
        self.target = target
    }
}

/// Counts uses in memory and writes them down in batches, so that no row is written while a caller waits (law 6).
///
/// What was not written down when a process dies is lost: last use is a help to people, not a proof. What was written
/// down is counted once, even where the database was lost during the commit and could not say what became of it.
package final class UsageLedger: Sendable {
    /// How many uses are written in one transaction, so that none is long.
    private static let batch = 500

    private let store: any Store
    private let node: ID<Node>
    private let capacity: Int
    private let used = Lock(UsedCells())
    private let unwritten = Lock(Unwritten())

    /// - Parameters:
    ///   - node: Whose batches they are. No other ledger on the same database may have it.
    ///   - capacity: How many credentials may wait to be written down.
    package init(store: any Store, node: ID<Node> = ID(at: 0), capacity: Int = 1 << 20) {
        self.store = store
        self.node = node
        self.capacity = capacity
    }

    /// A credential was accepted.
    package func count(_ cell: UsageCell, at now: Instant, from address: IPAddress?) {
        let isNew = cell.withUses { uses in
            uses.add(at: now, from: address)
            defer { uses.isListed = true }
            return !uses.isListed
        }
        if isNew { list(cell) }
    }

    /// Puts a cell among those to be written down. Where too many wait already it keeps its count, and tries again when
    /// it is used again (law 7).
    private func list(_ cell: UsageCell) {
        let isListed = used.withLock { [capacity] cells in
            guard cells.count < capacity else { return false }
            cells.append(cell)
            return true
        }
        if !isListed { cell.withUses { $0.isListed = false } }
    }

    /// Whether there is anything to write down.
    package var isEmpty: Bool {
        used.withLock { $0.count == 0 } && unwritten.withLock(\.isEmpty)
    }

    /// Writes down what was counted, of at most `limit` credentials and those of which writing has failed before. The
    /// others stay counted, and are first the next time. A flush that meets another one leaves everything to it.
    ///
    /// - Parameter leased: What to write through instead of the ledger's own store, such as a ``LeasedStore``.
    /// - Throws: What the store throws. What was not written then stays counted, and what may have been written is not
    ///   counted twice.
    package func flush(atMost limit: Int = .max, through leased: (any Store)? = nil) async throws {
        guard unwritten.withLock({ $0.begin() }) else { return }
        defer { unwritten.withLock { $0.isFlushing = false } }
        let taken = used.withLock { $0.take(atMost: limit) }
        unwritten.withLock { $0.waiting += taken }
        while let batch = unwritten.withLock({ $0.next(atMost: Self.batch) }) {
            try await (leased ?? store).write { [node] tx in
                guard try tx.noteBatch(batch.number, of: node) else { return }
                for entry in batch.entries { try tx.recordUse(of: entry.target, count: entry.count, last: entry.last) }
            }
            unwritten.withLock { $0.unanswered = nil }
        }
    }
}

/// The cells that wait to be written down, in the order in which they came. A million may wait while some thousands are taken, so those
/// behind move up seldom.
private struct UsedCells: Sendable {
    private var cells: [UsageCell?] = []
    private var start = 0

    var count: Int { cells.count - start }

    mutating func append(_ cell: UsageCell) {
        cells.append(cell)
    }

    mutating func take(atMost limit: Int) -> [UsageCell] {
        let end = start + min(limit, count)
        var taken: [UsageCell] = []
        taken.reserveCapacity(end - start)
        for place in start..<end {
            if let cell = cells[place].take() { taken.append(cell) }
        }
        start = end
        if count == 0 {
            // A new array, so that the room of a million goes back.
            cells = []
            start = 0
        } else if start >= cells.count / 2 {
            cells.removeFirst(start)
            start = 0
        }
        return taken
    }
}

/// Uses that are written down in one transaction, and their place in the order of this ledger's batches.
private struct UsageBatch: Sendable {
    struct Entry: Sendable {
        let target: UsageTarget
        let count: Int
        let last: LastUse
    }

    let number: Int
    let entries: [Entry]
}

/// What is on its way to the database.
private struct Unwritten: Sendable {
    var isFlushing = false
    /// Cells whose uses are not in a batch yet.
    var waiting: [UsageCell] = []
    /// The batch that is being written, or whose writing failed. It stays as it is until it is known to be there: with
    /// its number it can be written again, even if it was committed and only the answer was lost.
    var unanswered: UsageBatch?
    private var number = 0

    var isEmpty: Bool { waiting.isEmpty && unanswered == nil }

    /// Whether a flush may begin.
    mutating func begin() -> Bool {
        defer { isFlushing = true }
        return !isFlushing
    }

    mutating func next(atMost limit: Int) -> UsageBatch? {
        if unanswered == nil, !waiting.isEmpty {
            number += 1
            unanswered = UsageBatch(number: number, entries: waiting.prefix(limit).compactMap { $0.taken() })
            waiting.removeFirst(min(limit, waiting.count))
        }
        return unanswered
    }
}

extension UsageCell {
    /// Takes its uses out, nil where there are none.
    fileprivate func taken() -> UsageBatch.Entry? {
        withUses { uses in
            defer { uses = Uses() }
            return uses.last.map { UsageBatch.Entry(target: target, count: uses.count, last: $0) }
        }
    }
}

extension Transaction {
    fileprivate borrowing func recordUse(of target: UsageTarget, count: Int, last: LastUse) throws {
        switch target {
        case .apiKey(let id, let madeAt):
            try recordUse(apiKey: id, secretMadeAt: madeAt, count: count, at: last.at, address: last.address)
        case .accessKey(let id): try recordUse(accessKey: id, count: count, at: last.at, address: last.address)
        case .clientSecret(let id, let client):
            try recordUse(clientSecret: id, of: client, count: count, at: last.at, address: last.address)
        case .app(let id): try recordUse(app: id, count: count, at: last.at, address: last.address)
        case .grant(let id): try recordUse(grant: id, count: count, at: last.at, address: last.address)
        }
    }
}
