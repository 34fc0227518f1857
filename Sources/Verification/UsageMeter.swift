package import CredentialFormat
import Locking
package import Measuring
import Model
package import Persistence
package import Policy

/// Counts calls by credential, secret, organization, scopes, outcome and status, hour by hour, and writes them down in batches, so that no
/// row is written while a caller waits (law 6; record 0049).
///
/// Each core counts for itself, so counting waits for nobody. Bounded in all directions (law 7): how many cells an hour has, how many of one
/// credential, and how much waits where nothing can be written. Calls beyond are counted with the others of their organization, and
/// if there is no room for that either, as left out. What was not written down when a process dies is lost, which is what some five
/// seconds bring; what was written down is counted once.
package final class UsageMeter: Sendable {
    /// How many cells a node fills in an hour.
    package static let mostCells = 1 << 16
    /// How many cells of calls beyond.
    package static let mostBeyond = 1 << 13
    /// Of how many credentials the callers are told apart in an hour, each on each core.
    package static let mostSketches = 1 << 14
    /// About how many rows are written in one transaction, so that none is long.
    private static let batch = 1000
    /// Of how many credentials is taken at once, so that no call waits for long.
    private static let step = 128

    private final class Core: Sendable {
        let table: Lock<CallTable>

        init(in room: CallRoom, hashing hash: @escaping @Sendable (IPAddress) -> UInt64) {
            table = Lock(CallTable(in: room, hashing: hash))
        }
    }

    private let store: any Store
    private let node: ID<Node>
    private let room: CallRoom
    private let cores: [Core]
    private let unwritten = Lock(UnwrittenCalls())

    /// - Parameters:
    ///   - node: Whose batches they are. Nobody else on the same database may have it.
    ///   - hash: The keyed hash of an address, the same on every node.
    package init(
        store: any Store, node: ID<Node> = ID(at: 0), cells: Int = mostCells,
        hashing hash: @escaping @Sendable (IPAddress) -> UInt64
    ) {
        self.store = store
        self.node = node
        let room = CallRoom(cells: cells, sketches: Self.mostSketches, organizations: Self.mostBeyond)
        self.room = room
        cores = (0..<Cores.count).map { _ in Core(in: room, hashing: hash) }
    }

    /// Counts a call.
    func count(_ call: MeteredCall, at now: Instant, from address: IPAddress?, by agent: () -> String?) {
        cores[Cores.current].table.withLock { $0.count(call, at: now, from: address, by: agent) }
    }

    /// Whether there is nothing to write down.
    package var isEmpty: Bool {
        unwritten.withLock(\.isEmpty) && cores.allSatisfy { $0.table.withLock(\.isEmpty) }
    }

    /// Writes down what was counted. A flush that meets another one leaves everything to it.
    ///
    /// - Parameters:
    ///   - limit: About how many rows at most. What is not written then stays counted, and is first the next time.
    ///   - leased: What to write through instead of the meter's own store.
    /// - Throws: What the store throws. What was not written then is written by the next flush, and what may have been written is not
    ///   counted twice.
    package func flush(atMost limit: Int = .max, through leased: (any Store)? = nil) async throws {
        guard unwritten.withLock({ $0.begin() }) else { return }
        defer { unwritten.withLock { $0.isFlushing = false } }
        if unwritten.withLock(\.isEmpty) {
            var rest = limit
            for core in cores {
                core.table.withLock { $0.turnIfOver() }
                while rest > 0 {
                    let taken = core.table.withLock { $0.take(atMost: Self.step) }
                    unwritten.withLock { $0.waiting += taken }
                    rest -= taken.reduce(0) { $0 + $1.rows }
                    if taken.count < Self.step { break }
                }
            }
        }
        while let batch = unwritten.withLock({ $0.next(atMost: Self.batch) }) {
            try await (leased ?? store).write { [node] tx in
                guard try tx.noteBatch(batch.number, of: node) else { return }
                try tx.add(batch.calls)
                for callers in batch.callers { try tx.add(callers) }
            }
            unwritten.withLock { $0.unanswered = nil }
        }
    }

    package var metric: Metric {
        Metric(
            "claviger_usage_left_out_total", .counter, "Calls that were not counted as usage, since there was no room."
        ) { [room] in
            [.init(Double(room.leftOut))]
        }
    }
}

/// Calls that are written down in one transaction, and their place in the order of this meter's batches.
private struct CallBatch: Sendable {
    let number: Int
    let calls: [CountedCalls]
    let callers: [HourOfCallers]
}

/// What is on its way to the database.
private struct UnwrittenCalls: Sendable {
    var isFlushing = false
    var waiting: [CallTable.Taken] = []
    /// The batch that is being written, or whose writing failed. It stays as it is until it is known to be there.
    var unanswered: CallBatch?
    private var number = 0

    var isEmpty: Bool { waiting.isEmpty && unanswered == nil }

    mutating func begin() -> Bool {
        defer { isFlushing = true }
        return !isFlushing
    }

    mutating func next(atMost limit: Int) -> CallBatch? {
        if unanswered == nil, !waiting.isEmpty {
            number += 1
            var (count, rows) = (0, 0)
            while count < waiting.count, rows < limit {
                rows += waiting[count].rows
                count += 1
            }
            let taken = waiting.prefix(count)
            unanswered = CallBatch(
                number: number, calls: taken.flatMap(\.calls), callers: taken.compactMap(\.callers))
            waiting.removeFirst(taken.count)
        }
        return unanswered
    }
}

extension JudgementRecord {
    /// Counts the calls of a judgement: one of the credential that was shown, whether it was admitted or not, and one of the client that
    /// proved who it is, by the secret that it showed. Of a credential or client that nobody knows, nothing is counted.
    ///
    /// - Parameters:
    ///   - status: What is answered, as in HTTP.
    ///   - agent: What the caller calls itself. It is seldom asked.
    func count(in meter: UsageMeter, answering status: Int, at now: Instant, by agent: () -> String?) {
        let outcome = refused?.rule ?? refusal?.name ?? CallTraits.admitted
        if let credential {
            let standing = credential.standing
            let of: (kind: KeptRefusal.Kind, credential: UInt128, secret: UInt128) =
                switch credential {
                case .apiKey(let key): (.apiKey, key.id.value, key.secret.value)
                case .accessToken(let token):
                    token.lineage.map { (.grant, $0.grant.value, 0) }
                        ?? (token.client.id.kind, token.client.id.value, 0)
                }
            let call = MeteredCall(
                kind: of.kind, credential: ID(value: of.credential), secret: ID(value: of.secret),
                organization: standing.path.last,
                account: standing.path.root, scopes: askedScopes, outcome: outcome, status: status)
            meter.count(call, at: now, from: address, by: agent)
        }
        if let client {
            let standing = client.standing
            let call = MeteredCall(
                kind: client.id.kind, credential: ID(value: client.id.value), secret: secret?.secret ?? ID(value: 0),
                organization: standing.path.last, account: standing.path.root, scopes: "",
                outcome: credential == nil ? outcome : CallTraits.admitted, status: status)
            meter.count(call, at: now, from: clientAddress, by: agent)
        }
    }
}
