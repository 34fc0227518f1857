import Persistence
import Verification

extension DatabaseLocation {
    /// The nodes as the database knows them, without owning it.
    ///
    /// - Throws: ``CommandError`` where the schema is not that of this version, and as ``peek(_:)``.
    func census() throws -> NodeCensus {
        try peek { tx in
            guard try MigrationRunner().missing(tx) == 0 else {
                throw CommandError("The schema is older than this version: start a server, or run claviger migrate.")
            }
            return NodeCensus(try tx.knownNodes())
        }
    }
}
