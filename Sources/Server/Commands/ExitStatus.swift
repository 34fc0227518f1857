import DefinitionFile
import Persistence
import PersistencePostgres
import ProductDefinition
import Tokens

/// What the process says to who started it, by its exit status. The numbers are those of sysexits.h where that has one that fits.
enum ExitStatus: Int32, CaseIterable, Sendable {
    case done = 0
    case failed = 1
    case usage = 64
    case databaseAway = 69
    case partFailed = 70
    case misconfigured = 78

    /// For people.
    var meaning: String {
        switch self {
        case .done: "done; of a server: it ended because it was told to"
        case .failed: "something else was refused or failed; of doctor: it found errors"
        case .usage: "the command line is not understood"
        case .databaseAway: "the database was not reached; the same command may succeed later"
        case .partFailed: "a server could not listen or go on; the log says which part of it failed"
        case .misconfigured:
            "settings, product definition, master key or certificate are wrong, the database lets nobody in or is another "
                + "installation's, or was not set up: starting again mends nothing"
        }
    }

    /// That of an error, nil for what the argument parser knows better.
    init?(of error: any Error) {
        switch error {
        case is DatabaseAway: self = .databaseAway
        case let error as PostgresOpeningError: self = error.mayPass ? .databaseAway : .misconfigured
        case let error as StoreError where error.isOutage: self = .databaseAway
        case is PartFailure: self = .partFailed
        case is ConfigurationErrors, is DefinitionError, is MasterKeyError, is TokenError, is CustodyError,
            is CertificateError,
            is InstallationMismatch, is MissingNames, is NotInitialized, is MigrationError:
            self = .misconfigured
        default: return nil
        }
    }

    /// All of them, a line each.
    static var list: String {
        allCases.map { status in
            let number = "\(status.rawValue)"
            return "  \(number)\(String(repeating: " ", count: 4 - number.count))\(status.meaning)"
        }.joined(separator: "\n")
    }
}
