import Dispatch
package import Model
package import Persistence
import Synchronization

/// PostgreSQL, for one node or many (record 0012).
///
/// One connection writes and commits in groups, several read; each has a thread, and tasks hand them bodies through
/// bounded mailboxes and wait without holding a thread. Transactions that write are serializable across all nodes.
package final class PostgresStore: Engine {
    private let writes: Mailbox<any WaitingBody>
    private let reads: Mailbox<any WaitingBody>
    private let listeners = Listeners()
    private let counters = CommitCounters()
    private let steps = Atomic(0)
    private let threads = DispatchGroup()
    private let limits: PostgresLimits
    private let lines: Lines

    /// Connects to the database, and brings its schema up to date. Of several nodes that start at once, one does so, and
    /// the others wait for it.
    ///
    /// - Throws: ``PostgresOpeningError`` if the database cannot be used, `MigrationError` if its schema is not one that
    ///   we can serve, `StoreError` if a migration fails.
    package static func open(
        _ address: PostgresAddress, migrations: [Migration] = Migration.all, limits: PostgresLimits = PostgresLimits(),
        at now: Instant
    ) async throws -> PostgresStore {
        let lines = Lines(address: address, limits: limits)
        let store = PostgresStore(lines)
        do {
            let lock = try await MigrationLock.take(lines)
            store.startThreads()
            let steps = try await MigrationRunner(migrations).run(on: store, at: now)
            store.steps.store(steps, ordering: .relaxed)
            // Also where no step was missing: the role may have been made since.
            try await store.write { tx in try tx.execute(script: AccountRole.grants) }
            await lock.release()
            return store
        } catch {
            await store.close()
            throw error
        }
    }

    private init(_ lines: Lines) {
        self.lines = lines
        limits = lines.limits
        writes = Mailbox(capacity: limits.waitingBodies)
        reads = Mailbox(capacity: limits.waitingBodies)
    }

    /// A store that nobody closed: its threads end by themselves.
    deinit {
        writes.closeAndRefuse()
        reads.closeAndRefuse()
    }

    /// How many transactions have written, and how many bodies they were for.
    package var statistics: (commits: Int, bodies: Int) { (counters.commitCount, counters.bodyCount) }

    package var stepsRun: Int { steps.load(ordering: .relaxed) }

    package var load: EngineLoad {
        EngineLoad(
            reads: reads, writes: writes, mostWaiting: limits.waitingBodies, readers: limits.readers,
            counters: counters)
    }

    /// The connection that listens to the same database. It is the first to know of a server that has fallen silent, and
    /// statements of this store wait no longer for that server then.
    package func feed(report: @escaping @Sendable (PostgresFeed.Condition) -> Void = { _ in }) -> PostgresFeed {
        PostgresFeed(over: lines, report: report)
    }

    package func listen(_ listener: @escaping ChangeListener) {
        listeners.add(listener)
    }

    package func read<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await reads.answer(to: body, within: limits.patience)
    }

    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await writes.answer(to: body, within: limits.patience)
    }

    package func close() async {
        writes.closeAndRefuse()
        reads.closeAndRefuse()
        await threads.end()
    }

    private func startThreads() {
        EngineThread.start(named: "postgres-writer", in: threads) {
            [writes, lines, listeners, counters, limits] in
            let groups = GroupCommit(
                on: PostgresConnection(to: lines, limits: limits), listeners: listeners, counters: counters)
            while let taken = writes.take(upTo: limits.batch) { groups.serve(taken) }
        }
        for _ in 0..<limits.readers {
            EngineThread.start(named: "postgres-reader", in: threads) { [reads, lines, limits] in
                SnapshotReader(on: PostgresConnection(to: lines, limits: limits), bodies: reads).serve()
            }
        }
    }
}
