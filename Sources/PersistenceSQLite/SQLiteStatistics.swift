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

/// What the writer counts.
final class Counters: Sendable {
    private let commits = Atomic(0)
    private let bodies = Atomic(0)

    var commitCount: Int { commits.load(ordering: .relaxed) }
    var bodyCount: Int { bodies.load(ordering: .relaxed) }

    /// Counts one commit of so many bodies.
    func count(bodies count: Int) {
        commits.wrappingAdd(1, ordering: .relaxed)
        bodies.wrappingAdd(count, ordering: .relaxed)
    }
}
