import Synchronization

/// Since when the server may be another one than before. Where one line has fallen silent or was lost, the others lead to the
/// same server: each of them is made anew before it is used again, rather than waited for in its turn.
final class Suspicion: Sendable {
    private let since = Mutex<ContinuousClock.Instant?>(nil)

    /// A line was lost, or not answered in time.
    func raise() {
        since.withLock { $0 = .now }
    }

    /// Whether a line that was made at `time` may lead to a server that is gone.
    func concerns(_ time: ContinuousClock.Instant) -> Bool {
        since.withLock { $0.map { time < $0 } ?? false }
    }
}
