import GRDB
import GRDBSQLite

/// Somebody should move the write-ahead log into the database file.
struct CheckpointRequest: Sendable {}

/// Moves the write-ahead log into the database file, on a connection of its own so that no commit waits for it.
///
/// While writers and readers are busy, SQLite can copy the log but not start it anew, so under steady load it would
/// grow without bound. Beyond `restartFrames` the writer is therefore held up for the moment that a new start needs.
struct Checkpointer {
    private let database: Database
    private let requests: Mailbox<CheckpointRequest>
    private let counters: Counters
    private let limits: SQLiteLimits

    init(on database: Database, requests: Mailbox<CheckpointRequest>, counters: Counters, limits: SQLiteLimits) {
        self.database = database
        self.requests = requests
        self.counters = counters
        self.limits = limits
    }

    /// Serves requests until the mailbox is closed, then leaves an empty log behind.
    func serve() {
        while requests.take(upTo: 1) != nil {
            guard let frames = checkpoint(.passive), frames > limits.restartFrames else { continue }
            checkpoint(.restart)
        }
        checkpoint(.truncate)
    }

    /// How many frames the log held, nil if it failed. A failure is tried again at the next request; a log that cannot
    /// be moved for good fails the commits that would make it grow.
    @discardableResult
    private func checkpoint(_ mode: Database.CheckpointMode) -> Int? {
        do {
            let frames = try database.checkpoint(mode).walFrameCount
            counters.countCheckpoint()
            return frames
        } catch {
            return nil
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

    /// Whether the log has grown by another step since it last said so, or since it was started anew.
    func hasGrown() -> Bool {
        let now = Int(frames.pointee)
        if now < before { next = step }
        before = now
        guard now >= next else { return false }
        next = now + step
        return true
    }
}
