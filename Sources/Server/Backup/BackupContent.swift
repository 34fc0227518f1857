import Model
import Persistence
import PersistenceSQLite
import ProductDefinition
import Tokens

/// What a SQLite database says of itself.
struct BackupContent: Sendable {
    /// The newest step of its schema.
    let schema: Int
    /// How many steps this version has beyond that.
    let missingSteps: Int
    /// Nil where it is so old that it does not say.
    let installation: InstallationRow?
    private let keyRing: [KeyRingRow]

    /// - Throws: `MigrationError` for a schema that this version cannot serve; ``CommandError`` for what is no database of ours.
    init(at path: String) throws {
        self = try SQLiteStore.peek(at: path) { tx in
            let runner = MigrationRunner()
            guard try runner.hasBegun(tx) else { throw CommandError("\(path) is no database of Claviger's.") }
            return try BackupContent(runner, tx)
        }
    }

    private init(_ runner: MigrationRunner, _ tx: borrowing Transaction) throws {
        schema = try runner.version(tx)
        missingSteps = try runner.missing(tx)
        installation = missingSteps == 0 ? try tx.installation() : nil
        keyRing = missingSteps == 0 ? try tx.keyRingRows() : []
    }

    /// Refuses what is another installation's, or opens under other master keys, as far as it can be told.
    func check(against installation: Installation, under keys: MasterKeys) throws {
        if let stored = self.installation { try installation.check(against: stored) }
        try KeyRing.check(keyRing, under: keys)
    }

    /// Whose it is, in words.
    var owner: String {
        guard let installation else { return "not said" }
        return "\(installation.issuer.isEmpty ? "no issuer yet" : installation.issuer), brand \(installation.brand)"
    }
}
