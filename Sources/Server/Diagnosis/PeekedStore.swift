import Persistence

/// A database that is looked into beside whoever serves from it: each read is a look of its own, so none keeps a server from tidying up,
/// and nothing can be written.
struct PeekedStore: Store {
    let location: DatabaseLocation

    func read<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        try location.peek(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        throw StoreError.unwritable(.readOnly, "claviger doctor changes nothing")
    }
}
