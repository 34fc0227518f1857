package import Model

extension Transaction {
    /// What the database's own clock shows, to a millisecond. Nodes go by it in what they must agree upon, because their
    /// own clocks differ.
    package borrowing func databaseClock() throws -> Instant {
        guard let now = try first("SELECT \(fixed: dialect.clock)", { try $0.instant(0) }) else {
            throw StoreError.unreadable("the database's clock")
        }
        return now
    }
}
