import Locking
package import Persistence

/// A real store that counts what is asked of it, and can stop a read between reading and answering, or refuse writes.
package final class WatchedStore: Store {
    private struct State {
        var reads = 0
        var writes = 0
        var waits = 0
        var pause: Pause?
        var refusesWrites = false
        var failure: StoreError?
    }

    private let store: any Engine
    private let state = Lock(State())

    package init(_ store: any Engine) {
        self.store = store
    }

    /// How many reads reached the store.
    package var reads: Int { state.withLock(\.reads) }
    /// How many writes reached the store.
    package var writes: Int { state.withLock(\.writes) }

    /// How many statements bodies have waited for: on PostgreSQL, ways to the server and back.
    package var waits: Int { state.withLock(\.waits) }

    /// Whether writes fail, as they do when the disk is gone.
    package var refusesWrites: Bool {
        get { state.withLock(\.refusesWrites) }
        set { state.withLock { $0.refusesWrites = newValue } }
    }

    /// What everything fails with.
    package var failure: StoreError? {
        get { state.withLock(\.failure) }
        set { state.withLock { $0.failure = newValue } }
    }

    /// Whether nothing is answered, as when the database cannot be reached.
    package var isGone: Bool {
        get { failure != nil }
        set { failure = newValue ? .unavailable("gone") : nil }
    }

    /// Has the next read stop after it has read.
    package func pauseNextRead() -> Pause {
        let pause = Pause()
        state.withLock { $0.pause = pause }
        return pause
    }

    package func read<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        let pause = state.withLock { state in
            state.reads += 1
            defer { state.pause = nil }
            return state.pause
        }
        if let failure { throw failure }
        let result = try await store.read { [self] tx in try body(tx.through(watched)) }
        await pause?.pass()
        return result
    }

    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        let refuses = state.withLock { state in
            state.writes += 1
            return state.refusesWrites
        }
        if refuses { throw StoreError.overloaded }
        if let failure { throw failure }
        return try await store.write { [self] tx in try body(tx.through(watched)) }
    }

    private func watched(_ connection: any EngineConnection) -> any EngineConnection {
        TracedConnection(connection, noteSoon: { _ in }) { [self] _ in state.withLock { $0.waits += 1 } }
    }
}

/// Holds one task until a test lets it go.
package final class Pause: Sendable {
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    private let openings: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    package init() {
        (arrivals, arrival) = AsyncStream.makeStream()
        (openings, opening) = AsyncStream.makeStream()
    }

    /// Called by the task that is held.
    package func pass() async {
        arrival.yield()
        for await _ in openings { return }
    }

    /// Returns when the task stands here.
    package func reached() async {
        for await _ in arrivals { return }
    }

    /// Lets it go.
    package func open() {
        opening.yield()
        opening.finish()
    }
}
