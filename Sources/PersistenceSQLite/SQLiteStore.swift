import Dispatch
import Locking
package import Model
package import Persistence
import Synchronization

/// The embedded engine: one SQLite file, owned by this process (record 0003).
///
/// One thread writes, a few read, one moves the write-ahead log; tasks hand them bodies through bounded mailboxes and
/// wait without holding a thread. A write is acknowledged when it is on disk.
package final class SQLiteStore: Engine {
    let file: DatabaseFile
    private let limits: SQLiteLimits
    private let writes: Mailbox<any WaitingBody>
    private let reads: Mailbox<any WaitingBody>
    private let checkpoints = Mailbox<CheckpointRequest>(capacity: 1)
    private let turns = CheckpointTurns()
    private let listeners = Listeners()
    private let counters = CommitCounters()
    private let steps = Atomic(0)
    private let servingThreads = DispatchGroup()
    private let checkpointThread = DispatchGroup()
    private let closing = Lock<Task<Void, Never>?>(nil)

    /// Opens the database file at `path`, creates what is missing, and brings its schema up to date.
    ///
    /// - Throws: ``SQLiteOpeningError`` if the file cannot be used or another store owns it, `MigrationError` if its
    ///   schema is not one that we can serve, `StoreError` if a migration fails.
    package static func open(
        path: String, migrations: [Migration] = Migration.all, limits: SQLiteLimits = SQLiteLimits(), at now: Instant
    ) async throws -> SQLiteStore {
        let store = SQLiteStore(file: try DatabaseFile(owning: path), limits: limits)
        do {
            try await store.startThreads(limits)
            let steps = try await MigrationRunner(migrations).run(on: store, at: now)
            store.steps.store(steps, ordering: .relaxed)
            return store
        } catch {
            await store.close()
            throw error
        }
    }

    private init(file: DatabaseFile, limits: SQLiteLimits) {
        self.file = file
        self.limits = limits
        writes = Mailbox(capacity: limits.waitingBodies)
        reads = Mailbox(capacity: limits.waitingBodies)
    }

    /// A store that nobody closed: its threads end by themselves, and the last of them gives the file back.
    deinit {
        writes.closeAndRefuse()
        reads.closeAndRefuse()
        _ = checkpoints.close()
    }

    /// What it has done since it was opened.
    package var statistics: SQLiteStatistics {
        SQLiteStatistics(commits: counters.commitCount, bodies: counters.bodyCount, checkpoints: turns.count)
    }

    package var stepsRun: Int { steps.load(ordering: .relaxed) }

    package var load: EngineLoad {
        EngineLoad(
            reads: reads, writes: writes, mostWaiting: limits.waitingBodies, readers: limits.readers,
            counters: counters)
    }

    /// Has `listener` hear what is committed from now on.
    package func listen(_ listener: @escaping ChangeListener) {
        listeners.add(listener)
    }

    package func read<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await reads.answer(to: body)
    }

    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await writes.answer(to: body)
    }

    /// Ends the store: what runs is finished and answered, what waits is answered with `StoreError.closed`, the
    /// write-ahead log is emptied and the file given back. To close again is to wait for the same end.
    package func close() async {
        let task = closing.withLock { closing in
            let task = closing ?? Task { await self.shutDown() }
            closing = task
            return task
        }
        await task.value
    }

    private func startThreads(_ limits: SQLiteLimits) async throws {
        try await ConnectionThread.start(.writer, named: "sqlite-writer", on: file, in: servingThreads) {
            [writes, checkpoints, turns, listeners, counters] database in
            GroupCommitWriter(
                on: database, bodies: writes, checkpoints: checkpoints, turns: turns, listeners: listeners,
                counters: counters, limits: limits
            ).serve()
        }
        try await ConnectionThread.start(.checkpointer, named: "sqlite-log", on: file, in: checkpointThread) {
            [checkpoints, turns] database in
            Checkpointer(on: database, requests: checkpoints, turns: turns).serve()
        }
        for _ in 0..<limits.readers {
            try await ConnectionThread.start(.reader, named: "sqlite-reader", on: file, in: servingThreads) {
                [reads] database in
                SnapshotReader(on: SQLiteConnection(database), bodies: reads).serve()
            }
        }
    }

    private func shutDown() async {
        writes.closeAndRefuse()
        reads.closeAndRefuse()
        await servingThreads.end()
        _ = checkpoints.close()
        await checkpointThread.end()
        file.release()
    }
}
