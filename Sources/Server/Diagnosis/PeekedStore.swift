import Persistence
import PersistencePostgres
import PersistenceSQLite

/// A database that is looked into beside whoever serves from it: each read is a look of its own, so none keeps a server from tidying up,
/// and nothing can be written.
struct PeekedStore: Store {
    let location: DatabaseLocation

    func read<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        switch location {
        case .sqlite(let path): try SQLiteStore.peek(at: path, body)
        case .postgres(let address): try PostgresStore.peek(at: address, body)
        }
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        throw StoreError.unwritable(.readOnly, "claviger doctor changes nothing")
    }
}
