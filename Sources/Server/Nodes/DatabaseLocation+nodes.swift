import Persistence
import Verification

extension DatabaseLocation {
    /// The nodes as the database knows them, without owning it.
    ///
    /// - Throws: ``CommandError`` where the schema is not that of this version, and as ``peek(_:)``.
    func census() throws -> NodeCensus {
        try peek { tx in
            try MigrationRunner().requireAll(tx)
            let known = try tx.knownNodes()
            return NodeCensus(known.nodes, leftOut: known.leftOut)
        }
    }
}
