/// What a store has done since it was opened.
package struct SQLiteStatistics: Sendable {
    /// Transactions that wrote.
    package let commits: Int
    /// Bodies answered by them. More of them than commits means that bodies shared transactions.
    package let bodies: Int
    /// Times the write-ahead log was moved into the database file.
    package let checkpoints: Int
}
