import GRDB
import Model
import Persistence

/// The one writer (design §10). Bodies that wait together share a transaction and are answered after its one commit, so
/// the price of reaching the disk is shared as well. Whatever arrives during a commit is the next batch: one caller
/// alone never waits for others.
///
/// The batch runs in good faith. A body that throws before it has changed anything is left out. One that throws later
/// takes the batch down: it is rolled back, and each body runs again alone, so that only the guilty one fails.
struct GroupCommitWriter {
    private let connection: SQLiteConnection
    private let log: WriteAheadLogGauge
    private let bodies: Mailbox<any WaitingBody>
    private let checkpoints: Mailbox<CheckpointRequest>
    private let turns: CheckpointTurns
    private let listeners: Listeners
    private let counters: Counters
    private let limits: SQLiteLimits

    init(
        on database: Database, bodies: Mailbox<any WaitingBody>, checkpoints: Mailbox<CheckpointRequest>,
        turns: CheckpointTurns, listeners: Listeners, counters: Counters, limits: SQLiteLimits
    ) {
        connection = SQLiteConnection(database)
        log = WriteAheadLogGauge(on: database, step: limits.checkpointFrames)
        self.bodies = bodies
        self.checkpoints = checkpoints
        self.turns = turns
        self.listeners = listeners
        self.counters = counters
        self.limits = limits
    }

    /// Commits batches until the mailbox is closed.
    func serve() {
        while let taken = bodies.take(upTo: limits.batch) {
            let wanted = taken.filter { body in
                guard body.isCancelled else { return true }
                body.fail(CancellationError())
                return false
            }
            if !wanted.isEmpty { commit(wanted) }
            if log.hasGrown() { shortenLog() }
        }
    }

    /// Asks for the log to be moved into the database file. Under steady load the log could not start anew and would
    /// grow without bound, so beyond a length the writer sees to that itself. It is quick: most has been moved already.
    private func shortenLog() {
        if log.length > limits.restartFrames {
            turns.checkpoint(connection, .restart)
        } else {
            // If one request waits already, that will do.
            try? checkpoints.offer(CheckpointRequest())
        }
    }

    private func commit(_ batch: [any WaitingBody]) {
        do {
            try connection.beginWriting()
            guard let changes = run(batch) else {
                try connection.rollback()
                return settle(batch)
            }
            try connection.commit()
            counters.count(bodies: batch.count)
            listeners.hear(changes)
            for body in batch { body.answer() }
        } catch {
            // If even this fails, so does the next BEGIN, and its callers are told.
            try? connection.rollback()
            if case StoreError.constraint = error, batch.count > 1 { return commitEachAlone(batch) }
            for body in batch { body.fail(error) }
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

    /// After a roll-back: a body that was alone keeps its error; of several, each gets a transaction of its own.
    private func settle(_ batch: [any WaitingBody]) {
        if batch.count > 1 { return commitEachAlone(batch) }
        for body in batch { body.answer() }
    }

    private func commitEachAlone(_ batch: [any WaitingBody]) {
        for body in batch { commit([body]) }
    }
}
