import Model
import Persistence
import Tokens

/// A look into the database before it is opened, so that a server that must refuse to start has changed nothing there, not
/// even the schema. What it cannot tell yet, because the schema lacks steps, is found out after these.
struct Preflight {
    let configuration: ServerConfiguration
    let installation: Installation

    /// How far a database was set up.
    enum Finding {
        /// Not at all.
        case nothing
        /// It has begun to be; the schema lacks steps that must be run before more can be told.
        case older
        /// There is an operator.
        case `operator`
    }

    /// - Throws: ``NotInitialized``, ``InstallationMismatch``, ``MissingNames``, `MigrationError`; `CustodyError` or `TokenError`
    ///   where the master keys do not open what is there; what is wrong with the way to the database.
    func run(opening masterKeys: MasterKeys) throws {
        if try find(opening: masterKeys) == .nothing { throw NotInitialized() }
    }

    /// - Throws: As ``run(opening:)`` does, but for ``NotInitialized``.
    func find(opening masterKeys: MasterKeys) throws -> Finding {
        guard !configuration.database.isToBeMade else { return .nothing }
        return try configuration.database.peek { tx in
            let runner = MigrationRunner()
            let missing = try runner.missing(tx)
            guard try runner.hasBegun(tx) else { return .nothing }
            // Tables and columns may be missing, too.
            guard missing == 0 else { return .older }
            let stored = try tx.installation()
            if let stored { try installation.check(against: stored) }
            try installation.checkNames(after: stored, tx, at: SystemClock.now())
            try masterKeys.check(tx)
            try KeyRing.check(try tx.keyRingRows(), under: masterKeys)
            return try tx.operatorAccount() == nil ? .nothing : .operator
        }
    }
}
