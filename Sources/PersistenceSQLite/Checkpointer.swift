import GRDB
import GRDBSQLite
import Locking
import Persistence
import Synchronization

/// Somebody should move the write-ahead log into the database file.
struct CheckpointRequest: Sendable {}

/// Moves the write-ahead log into the database file, on a connection of its own so that no commit waits for it.
///
/// While the writer is busy, SQLite can copy the log but not start it anew. The writer does that itself, between two
/// batches, when the log has become too long: see ``GroupCommitWriter``.
struct Checkpointer {
    private let connection: SQLiteConnection
    private let requests: Mailbox<CheckpointRequest>
    private let turns: CheckpointTurns

    init(on database: Database, requests: Mailbox<CheckpointRequest>, turns: CheckpointTurns) {
        connection = SQLiteConnection(database)
        self.requests = requests
        self.turns = turns
    }

    /// Serves requests until the mailbox is closed, then leaves an empty log behind.
    func serve() {
        while requests.take(upTo: 1) != nil {
            turns.checkpoint(connection, .passive)
        }
        turns.checkpoint(connection, .truncate)
    }
}

/// Lets one thread at a time move the log: SQLite would refuse a second one at once, without waiting.
final class CheckpointTurns: Sendable {
    private let turn = Lock(())
    private let done = Atomic(0)

    /// How many times the log was moved.
    var count: Int { done.load(ordering: .relaxed) }

    /// Moves the log into the database file when its turn has come. If it fails, the next time will do more; a log
    /// that can never be moved will fail the commits that make it grow.
    ///
    /// - Returns: Whether it was moved, as far as `mode` says.
    @discardableResult
    func checkpoint(_ connection: SQLiteConnection, _ mode: Database.CheckpointMode) -> Bool {
        turn.withLock { _ in
            guard (try? connection.database.checkpoint(mode)) != nil else { return false }
            done.wrappingAdd(1, ordering: .relaxed)
            return true
        }
    }
}

/// Watches how the write-ahead log grows. Lives on the writer's thread.
final class WriteAheadLogGauge {
    private let database: Database
    private let step: Int
    /// The frames in the log, written by SQLite at each commit.
    private let frames: UnsafeMutablePointer<Int32>
    private var before = 0
    private var next: Int

    /// A gauge that reports each `step` frames.
    init(on database: Database, step: Int) {
        self.database = database
        self.step = step
        next = step
        frames = .allocate(capacity: 1)
        frames.initialize(to: 0)
        sqlite3_wal_hook(
            database.sqliteConnection,
            { frames, _, _, count in
                frames?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, frames)
    }

    deinit {
        sqlite3_wal_hook(database.sqliteConnection, nil, nil)
        frames.deallocate()
    }

    /// How many frames the log holds.
    var length: Int { Int(frames.pointee) }

    /// Whether the log has grown by another step since it last said so, or since it was started anew.
    func hasGrown() -> Bool {
        let now = length
        if now < before { next = step }
        before = now
        guard now >= next else { return false }
        next = now + step
        return true
    }
}
