import Persistence

/// Why a database cannot be opened. The texts are for who starts the server, and hold no password.
package enum PostgresOpeningError: Error, Sendable, CustomStringConvertible {
    /// Nobody answers, or lets us in.
    case unreachable(String)
    /// A server that is too old.
    case version(found: Int)

    package var description: String {
        switch self {
        case .unreachable(let problem): "The database cannot be reached: \(problem)"
        case .version(let found):
            "The server is PostgreSQL \(found); \(PostgresStatus.oldestVersion) or newer is needed."
        }
    }

    /// What opening failed with.
    init(_ error: StoreError) {
        switch error {
        case .unavailable(let problem), .engine(let problem): self = .unreachable(problem)
        case .constraint, .unreadable, .overloaded, .conflict, .unwritable, .uncertain, .closed:
            self = .unreachable("\(error)")
        }
    }
}
