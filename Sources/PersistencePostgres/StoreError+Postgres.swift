import Persistence

extension StoreError {
    /// What the server answered, by its SQLSTATE (PostgreSQL's documentation, appendix A). The text names tables and
    /// columns, never values: those are in the detail, which is left out.
    init(state: String, message: String) {
        self =
            switch state {
            case "23505": .constraint(.unique)
            case "23503": .constraint(.foreignKey)
            case "23514": .constraint(.check)
            case "23502": .constraint(.notNull)
            // Serialization failure, deadlock, a lock that was not given in time.
            case "40001", "40P01", "55P03": .conflict
            // No room is left on its disk; a file cannot be read or written.
            case "53100": .unwritable(.full, message)
            case "58030": .unwritable(.device, message)
            // A statement was ended: it took too long.
            case "57014": .slow(message)
            // The server shuts down, or lets nobody in; the transaction was idle for too long; the server has
            // become a standby; it is short of memory.
            case "57P01", "57P02", "57P03", "53300", "53000", "53200", "25P03", "25006": .unavailable(message)
            // Our statements are not there, or somebody's are: another session than the one that they were prepared in.
            case "26000", "42P05":
                .unavailable(
                    "\(message); the sessions of PostgreSQL are not kept: a pooler on the way must run in session mode")
            case "": .unavailable(message.isEmpty ? "the connection is lost" : message)
            case let state where state.hasPrefix("08"): .unavailable(message)
            default: .engine("PostgreSQL error \(state): \(message)")
            }
    }
}
