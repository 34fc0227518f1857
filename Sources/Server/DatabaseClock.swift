import Foundation
import Locking
import Model
import Persistence

/// What time it is for all nodes of an installation: the database's clock, carried on between two looks at it by this machine's
/// steady one. What one node writes down and another compares is of one clock by that, however the nodes' wall clocks differ,
/// and whether or not one is set while the server runs.
final class DatabaseClock: Sendable {
    /// How long a look at the database's clock stands, in seconds: two steady clocks part by less than a millisecond in that.
    static let seconds = 10

    private let store: any Store
    private let steady: @Sendable () -> Int64
    /// The database's time less the steady clock's, in milliseconds.
    private let difference: Lock<Int64>

    /// A clock that has been compared with the database's.
    ///
    /// - Parameter steady: Milliseconds from any beginning, never set and never standing still.
    /// - Throws: A ``StoreError`` where the database does not answer.
    init(of store: any Store, steady: @escaping @Sendable () -> Int64 = DatabaseClock.steady) async throws {
        self.store = store
        self.steady = steady
        difference = Lock(0)
        let (earliest, latest) = try await measure()
        difference.withLock { $0 = earliest + (latest - earliest) / 2 }
        try await compare()
    }

    /// Now.
    func now() -> Instant {
        let difference = difference.withLock { $0 }
        return Instant(milliseconds: difference.addingReportingOverflow(steady()).partialValue)
    }

    /// Looks at the database's clock again. What cannot be told from a slow answer is left as it is, so the clock does not jump
    /// with every look.
    ///
    /// - Throws: A ``StoreError`` where the database does not answer: the clock then goes on as before.
    func compare() async throws {
        let (earliest, latest) = try await measure()
        difference.withLock { $0 = min(max($0, earliest), latest) }
    }

    /// Between what the difference lies: the database has looked at its clock after it was asked and before it answered.
    private func measure() async throws -> (earliest: Int64, latest: Int64) {
        let asked = steady()
        let time = try await store.read { tx in try tx.databaseTime() }
        let answered = steady()
        return (
            time.milliseconds.subtractingReportingOverflow(answered).partialValue,
            time.milliseconds.subtractingReportingOverflow(asked).partialValue
        )
    }

    /// The time since the machine was started, also while it slept, in milliseconds.
    static func steady() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
