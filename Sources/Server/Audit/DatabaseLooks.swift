import Persistence
import PersistencePostgres

/// Looks into a database, one after another, beside whoever serves from it.
struct DatabaseLooks {
    private let location: DatabaseLocation
    /// Kept between looks; nil where a look costs no more than opening a file.
    private let postgres: PostgresLooks?

    init(into location: DatabaseLocation) {
        self.location = location
        postgres =
            switch location {
            case .sqlite: nil
            case .postgres(let address): PostgresLooks(at: address)
            }
    }

    /// - Throws: As ``DatabaseLocation/peek(_:)``.
    func look<T>(_ body: (borrowing Transaction) throws -> T) throws -> T {
        guard let postgres else { return try location.peek(body) }
        return try postgres.look(body)
    }
}
