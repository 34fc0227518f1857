import Locking

/// A single flight: does something for all who ask for it at the same time. Who asks while it runs waits for the run after that
/// one, which begins after the question: so however many ask, one runs and one waits.
final class SharedRun: Sendable {
    private struct State {
        var running: Task<Void, any Error>?
        var waiting: Task<Void, any Error>?
    }

    private let state = Lock(State())

    /// Returns when a run of `body` has ended that began after this call.
    ///
    /// - Parameter body: The same in every call.
    /// - Throws: What that run threw.
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let run = state.withLock { state in
            if let waiting = state.waiting { return waiting }
            let before = state.running
            let run = Task { [self] in
                _ = await before?.result
                self.state.withLock { state in
                    state.running = state.waiting
                    state.waiting = nil
                }
                try await body()
            }
            state.waiting = run
            return run
        }
        try await run.value
    }
}
