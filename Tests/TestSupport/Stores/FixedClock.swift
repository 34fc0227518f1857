import Locking
package import Model
package import Persistence

/// A clock that stands still until a test moves it.
package final class FixedClock: Sendable {
    private let instant: Lock<Instant>

    /// A clock that shows `start`, by default a moment in September 2026.
    package init(_ start: Instant = Instant(seconds: 1_790_000_000)) {
        instant = Lock(start)
    }

    /// What the clock shows.
    package var current: Instant { instant.withLock { $0 } }

    /// The clock in the form that everything takes.
    package var now: @Sendable () -> Instant { { self.current } }

    /// The clock in the place of the database's, which all nodes share.
    package var shared: @Sendable (borrowing Transaction) -> Instant { { _ in self.current } }

    /// Moves the clock forward, or back for a negative number.
    package func advance(seconds: Int) {
        instant.withLock { $0 = $0.adding(seconds: seconds) }
    }

    /// Sets the clock.
    package func set(_ instant: Instant) {
        self.instant.withLock { $0 = instant }
    }
}
