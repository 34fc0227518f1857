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

    /// - Throws: ``NotInitialized``, ``InstallationMismatch``, `MigrationError`; what is wrong with the master key or the
    ///   way to the database.
    func run() async throws {
        guard try look() else { throw NotInitialized() }
    }

    /// Whether the database was set up. The master key is looked at as well, if there is one already.
    func check(_ masterKey: MasterKey) throws {
        _ = try look { tx in try KeyRing.check(try tx.keyRingRows(), under: masterKey) }
    }

    private func look(_ further: (borrowing Transaction) throws -> Void = { _ in }) throws -> Bool {
        func body(_ tx: borrowing Transaction) throws -> Bool {
            let runner = MigrationRunner()
            let missing = try runner.missing(tx)
            guard try runner.hasBegun(tx) else { return false }
            // Tables and columns may be missing, too.
            guard missing == 0 else { return true }
            if let stored = try tx.installation() { try installation.check(against: stored) }
            try further(tx)
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
