import GRDB
import GRDBSQLite
import Model
import Persistence

/// The one writer: commits in groups, and keeps the write-ahead log short.
struct GroupCommitWriter {
    private let connection: SQLiteConnection
    private let log: WriteAheadLogGauge
    private let bodies: Mailbox<any WaitingBody>
    private let checkpoints: Mailbox<CheckpointRequest>
    private let turns: CheckpointTurns
    private let groups: GroupCommit<SQLiteConnection>
    private let limits: SQLiteLimits

    init(
        on database: Database, bodies: Mailbox<any WaitingBody>, checkpoints: Mailbox<CheckpointRequest>,
        turns: CheckpointTurns, listeners: Listeners, counters: CommitCounters, limits: SQLiteLimits
    ) {
        connection = SQLiteConnection(database)
        log = WriteAheadLogGauge(on: database, step: limits.checkpointFrames)
        self.bodies = bodies
        self.checkpoints = checkpoints
        self.turns = turns
        groups = GroupCommit(on: connection, listeners: listeners, counters: counters)
        self.limits = limits
    }

    /// Commits batches until the mailbox is closed.
    func serve() {
        var restartFrames = limits.restartFrames
        while let taken = bodies.take(upTo: limits.batch) {
            groups.serve(taken)
            if log.hasGrown() { shortenLog(beyond: &restartFrames) }
        }
    }

    /// Asks for the log to be moved into the database file. Under steady load the log could not start anew and would
    /// grow without bound, so beyond a length the writer sees to that itself. It is quick: most has been moved already.
    ///
    /// - Parameter length: Of the log, in frames. Beyond it where somebody reads for long, who must not hold up writes again
    ///   and again: a backup.
    private func shortenLog(beyond length: inout Int) {
        guard log.length > length else {
            // If one request waits already, that will do.
            try? checkpoints.offer(CheckpointRequest())
            return
        }
        let handle = connection.database.sqliteConnection
        sqlite3_busy_timeout(handle, Self.restartPatience)
        defer { sqlite3_busy_timeout(handle, Int32(ConnectionRole.writer.patience * 1000)) }
        let isMoved = turns.checkpoint(connection, .restart)
        length = isMoved ? limits.restartFrames : log.length + limits.restartFrames / 4
    }

    /// How long the writer waits for those who read to end, in milliseconds: longer than any read of our own takes.
    private static let restartPatience: Int32 = 500
}
