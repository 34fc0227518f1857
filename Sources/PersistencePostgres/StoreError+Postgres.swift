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
            // A time-out; the server shuts down, or lets nobody in; the transaction was idle for too long; the server has
            // become a standby, or forgot our statements in a pooler between.
            case "57014", "57P01", "57P02", "57P03", "53300", "25P03", "25006", "26000": .unavailable(message)
            case "": .unavailable(message.isEmpty ? "the connection is lost" : message)
            case let state where state.hasPrefix("08"): .unavailable(message)
            default: .engine("PostgreSQL error \(state): \(message)")
            }
    }
}
