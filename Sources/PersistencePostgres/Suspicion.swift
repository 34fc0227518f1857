import Locking

/// Since when the server may be another one than before. Where one line has fallen silent or was lost, the others lead to the
/// same server: each of them is made anew before it is used again, rather than waited for in its turn.
final class Suspicion: Sendable {
    private let since = Lock<ContinuousClock.Instant?>(nil)

    /// A line that was made at `time` was lost, or not answered in time. Where it was one of those that are suspected already, that says
    /// nothing of lines that were made since: else each of the old ones, as it is given up, would have all new ones made once more.
    ///
    /// - Parameter isLongSilent: Whether it was heard of no more for longer than the second that what is on its way has left: then that
    ///   has none left.
    func raise(byLineMadeAt time: ContinuousClock.Instant, isLongSilent: Bool = false) {
        since.withLock { since in
            if let known = since, time < known { return }
            let began = isLongSilent ? .now - Self.grace : ContinuousClock.now
            since = since.map { max($0, began) } ?? began
        }
    }

    /// Until when an answer is waited for on a line that was made at `time`: what is on its way when another line falls silent has a
    /// second left, whatever its own deadline. Else a statement that was sent a moment before would wait for the whole of its time
    /// for a server that is known to be gone, and a fail-over would take twice as long.
    func end(ofWaitingOnLineMadeAt time: ContinuousClock.Instant, for deadline: ContinuousClock.Instant)
        -> ContinuousClock.Instant
    {
        guard let since = since.withLock(\.self), time < since else { return deadline }
        return min(deadline, since + Self.grace)
    }

    private static let grace = Duration.seconds(1)

    /// Whether a line that was made at `time` may lead to a server that is gone.
    func concerns(_ time: ContinuousClock.Instant) -> Bool {
        since.withLock { $0.map { time < $0 } ?? false }
    }
}
