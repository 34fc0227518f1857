import Synchronization

/// What a store has done since it was opened.
package struct SQLiteStatistics: Sendable {
    /// Transactions that wrote.
    package let commits: Int
    /// Bodies answered by them. More of them than commits means that bodies shared transactions.
    package let bodies: Int
    /// Times the write-ahead log was moved into the database file.
    package let checkpoints: Int
}

/// Counts for ``SQLiteStatistics``.
final class Counters: Sendable {
    private let commits = Atomic(0)
    private let bodies = Atomic(0)
    private let checkpoints = Atomic(0)

    var current: SQLiteStatistics {
        SQLiteStatistics(
            commits: commits.load(ordering: .relaxed), bodies: bodies.load(ordering: .relaxed),
            checkpoints: checkpoints.load(ordering: .relaxed))
    }

    func count(bodies count: Int) {
        commits.wrappingAdd(1, ordering: .relaxed)
        bodies.wrappingAdd(count, ordering: .relaxed)
    }

    func countCheckpoint() {
        checkpoints.wrappingAdd(1, ordering: .relaxed)
    }
}
