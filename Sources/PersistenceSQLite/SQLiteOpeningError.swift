import GRDB

/// Why a database cannot be opened. The texts are for who starts the server.
package enum SQLiteOpeningError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another store, most likely of a running server, owns the file.
    case inUse(path: String)
    /// A file or folder cannot be made or opened.
    case file(path: String, problem: String)
    /// SQLite does not keep a setting that we depend on.
    case setting(path: String, name: String, found: String)

    package var description: String {
        switch self {
        case .inUse(let path):
            "The database \(path) is in use by another process. Stop it first, or ask it to do the work."
        case .file(let path, let problem):
            "Cannot open \(path): \(problem)."
        case .setting(let path, let name, let found):
            "The database \(path) cannot be used: SQLite set \(name) to “\(found)”."
        }
    }
}

extension SQLiteOpeningError {
    /// What opening `path` failed with.
    init(_ error: any Error, path: String) {
        self =
            switch error {
            case let error as SQLiteOpeningError: error
            case let error as DatabaseError: .file(path: path, problem: error.message ?? "SQLite error")
            default: .file(path: path, problem: "\(error)")
            }
    }
}
