package import Persistence

extension PostgresStore {
    /// Reads one snapshot of a database on a connection of its own, and changes nothing, not even the schema. For
    /// commands; it blocks.
    ///
    /// - Throws: ``PostgresOpeningError``, ``StoreError``, or what `body` throws.
    package static func peek<T>(at address: PostgresAddress, _ body: (borrowing Transaction) throws -> T) throws -> T {
        let limits = PostgresLimits()
        let connection = PostgresConnection(to: Lines(address: address, limits: limits), limits: limits)
        do {
            _ = try connection.connected()
        } catch {
            throw PostgresOpeningError(error, at: address)
        }
        try connection.beginReading()
        defer { try? connection.rollback() }
        return try body(Transaction(on: connection, announcing: Announcements()))
    }
}
