import Model
import Persistence
import PersistencePostgres
import PersistenceSQLite
import Tokens

/// A look into the database before it is opened, so that a server that must refuse to start has changed nothing there, not
/// even the schema. What it cannot tell yet, because the schema lacks steps, is found out after these.
struct Preflight {
    let configuration: ServerConfiguration
    let installation: Installation

    /// - Throws: ``NotInitialized``, ``InstallationMismatch``, ``MissingNames``, `MigrationError`; that the master key does not open what is
    ///   there; what is wrong with the way to the database.
    func run(opening masterKeys: MasterKeys) throws {
        guard try isSetUp(masterKeys) else { throw NotInitialized() }
    }

    private func isSetUp(_ masterKeys: MasterKeys) throws -> Bool {
        func body(_ tx: borrowing Transaction) throws -> Bool {
            let runner = MigrationRunner()
            let missing = try runner.missing(tx)
            guard try runner.hasBegun(tx) else { return false }
            // Tables and columns may be missing, too.
            guard missing == 0 else { return true }
            let stored = try tx.installation()
            if let stored { try installation.check(against: stored) }
            try installation.checkNames(after: stored, tx, at: SystemClock.now())
            try KeyRing.check(try tx.keyRingRows(), under: masterKeys)
            return try tx.operatorAccount() != nil
        }
        switch configuration.database {
        case .postgres(let address): return try PostgresStore.peek(at: address, body)
        case .sqlite(let path):
            guard let status = FileStatus(path), status.size > 0 else { return false }
            return try SQLiteStore.peek(at: path, body)
        }
    }
}
