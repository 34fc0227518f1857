import Persistence

/// Why a database cannot be opened. The texts are for who starts the server, and hold no password.
package enum PostgresOpeningError: Error, Sendable, CustomStringConvertible {
    /// Nobody answers, or lets us in at present. That may pass by itself.
    case unreachable(String)
    /// The servers answer, and let us in only after somebody has changed something: a wrong password, a database that is not there.
    case refused(String)
    /// A server that is too old.
    case version(found: Int)

    package var description: String {
        switch self {
        case .unreachable(let problem): "The database cannot be reached: \(problem)"
        case .refused(let problem): "The database does not let us in: \(problem)"
        case .version(let found):
            "The server is PostgreSQL \(found); \(PostgresStatus.oldestVersion) or newer is needed."
        }
    }

    /// What opening failed with. Blocks for a moment: the servers are asked once more what they have against us.
    init(_ error: StoreError, at address: PostgresAddress) {
        switch error {
        case .unavailable(let problem):
            self = ConnectionRefusal.isFinal(at: address) ? .refused(problem) : .unreachable(problem)
        case .engine(let problem): self = .refused(problem)
        case .constraint, .unreadable, .overloaded, .conflict, .slow, .unwritable, .uncertain, .closed:
            self = .unreachable("\(error)")
        }
    }

    /// Whether the same attempt may succeed later although nobody changes any setting.
    package var mayPass: Bool {
        switch self {
        case .unreachable: true
        case .refused, .version: false
        }
    }
}
