package import Persistence

/// A connection for looks into a database, one after another, that change nothing, not even the schema. For commands; it blocks.
package final class PostgresLooks {
    private let address: PostgresAddress
    private let connection: PostgresConnection

    /// Connects with the first look, and anew where the connection was lost.
    package init(at address: PostgresAddress) {
        self.address = address
        let limits = PostgresLimits()
        connection = PostgresConnection(to: Lines(address: address, limits: limits), limits: limits)
    }

    /// Reads one snapshot.
    ///
    /// - Throws: ``PostgresOpeningError``, ``StoreError``, or what `body` throws.
    package func look<T>(_ body: (borrowing Transaction) throws -> T) throws -> T {
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

extension PostgresStore {
    /// Reads one snapshot of a database on a connection of its own, and changes nothing, not even the schema. For
    /// commands; it blocks.
    ///
    /// - Throws: ``PostgresOpeningError``, ``StoreError``, or what `body` throws.
    package static func peek<T>(at address: PostgresAddress, _ body: (borrowing Transaction) throws -> T) throws -> T {
        try PostgresLooks(at: address).look(body)
    }
}
