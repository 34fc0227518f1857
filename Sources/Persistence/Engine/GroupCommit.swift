import Dispatch
import Model
import Synchronization

/// Group commit (record 0003): bodies are committed in batches. Bodies that wait together share a transaction and are answered
/// after its one commit, so the price of reaching the disk is shared as well. Whatever arrives during a commit is the next
/// batch: one caller alone never waits for others.
///
/// The batch runs in good faith. A body that throws before it has changed anything is left out. One that throws later
/// takes the batch down: it is rolled back, and each body runs again alone, so that only the guilty one fails.
///
/// A transaction that met another one, or lost its connection before it was committed, is run again, as often as its
/// callers have patience for.
package struct GroupCommit<Connection: BodyConnection> {
    /// How often a batch is run that meets others, before its bodies are run each alone; and then each of them.
    private static var attempts: Int { 8 }

    private let connection: Connection
    private let listeners: Listeners
    private let counters: CommitCounters

    package init(on connection: Connection, listeners: Listeners, counters: CommitCounters) {
        self.connection = connection
        self.listeners = listeners
        self.counters = counters
    }

    /// Runs and commits what was taken out of a queue, and answers each caller.
    package func serve(_ taken: [any WaitingBody]) {
        let wanted = taken.filter { body in
            if body.isCancelled {
                body.fail(CancellationError())
            } else if body.isOverdue {
                body.fail(StoreError.overloaded)
            } else {
                return true
            }
            return false
        }
        if !wanted.isEmpty { commit(wanted) }
    }

    /// - Returns: What kept it from being committed, if something did.
    @discardableResult
    private func commit(_ batch: [any WaitingBody]) -> StoreError? {
        var attempt = 1
        while true {
            do {
                try connection.beginWriting()
                if let changes = run(batch) {
                    try end(batch, announcing: changes)
                    return nil
                }
                let failure = connection.failure
                try connection.rollback()
                guard let failure, failure.isPassing else {
                    settle(batch)
                    return failure
                }
                throw failure
            } catch {
                // If even this fails, so does the next BEGIN, and its callers are told.
                try? connection.rollback()
                let error = StoreError.mapping(error)
                if isWorthwhile(error, attempt, batch) {
                    pause(after: attempt)
                    attempt += 1
                    continue
                }
                if batch.count > 1, error.mayBeOfOneBody {
                    commitEachAlone(batch)
                } else {
                    for body in batch { body.fail(error) }
                }
                return error
            }
        }
    }

    /// What the bodies announced, nil if one of them spoiled the transaction.
    private func run(_ batch: [any WaitingBody]) -> [Change]? {
        var changes: [Change] = []
        for body in batch {
            switch body.run(on: connection) {
            case .finished(let announced): changes += announced
            case .refused: continue
            case .spoiled: return nil
            }
        }
        return changes
    }

    private func end(_ batch: [any WaitingBody], announcing changes: [Change]) throws {
        do {
            try connection.commit(announcing: changes)
        } catch StoreError.uncertain {
            // To forget what has not changed costs a look-up. To remember what has would cost more. A revoked token is not
            // forgotten but listed, and then nobody would revoke it again; if it was committed, the feed says so.
            listeners.hear(
                changes.filter { change in
                    if case .revokedToken = change { false } else { true }
                })
            throw StoreError.uncertain
        }
        counters.count(bodies: batch.count)
        listeners.hear(changes)
        for body in batch { body.answer() }
    }

    /// After a roll-back: a body that was alone keeps its error; of several, each gets a transaction of its own.
    private func settle(_ batch: [any WaitingBody]) {
        if batch.count > 1 { return commitEachAlone(batch) }
        for body in batch { body.answer() }
    }

    /// Where a second one takes too long, it is no longer one's fault, and nobody waits for the rest.
    private func commitEachAlone(_ batch: [any WaitingBody]) {
        var slow: [StoreError] = []
        for body in batch {
            if slow.count > 1, let error = slow.last {
                body.fail(error)
            } else if let error = commit([body]), case .slow = error {
                slow.append(error)
            }
        }
    }

    /// Whether to run the batch again: a few times if it met others, and while its callers wait if the database is away.
    private func isWorthwhile(_ error: StoreError, _ attempt: Int, _ batch: [any WaitingBody]) -> Bool {
        switch error {
        case .conflict: attempt < Self.attempts && !batch.contains(where: \.isOverdue)
        case .unavailable: !batch.contains { $0.deadline == nil || $0.isOverdue }
        case .constraint, .unreadable, .overloaded, .slow, .unwritable, .uncertain, .closed, .engine: false
        }
    }

    /// Lets the transaction that was met go first, or the database come back: up to 2, 4, 8 … 64 ms, on the engine's own
    /// thread.
    private func pause(after attempt: Int) {
        let most = 1000 << min(attempt, 6)
        _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .microseconds(Int.random(in: 0...most)))
    }
}

/// What writers count.
package final class CommitCounters: Sendable {
    private let commits = Atomic(0)
    private let bodies = Atomic(0)

    package init() {}

    /// Transactions that wrote.
    package var commitCount: Int { commits.load(ordering: .relaxed) }
    /// Bodies answered by them.
    package var bodyCount: Int { bodies.load(ordering: .relaxed) }

    /// Counts one commit of so many bodies.
    fileprivate func count(bodies count: Int) {
        commits.wrappingAdd(1, ordering: .relaxed)
        bodies.wrappingAdd(count, ordering: .relaxed)
    }
}
