extension Dialect {
    /// At the end of a question for rows that are about to be changed: takes none that another transaction is changing. SQLite has one
    /// writer at a time.
    var skippingLocked: StaticString {
        switch self {
        case .sqlite: ""
        case .postgres: "FOR UPDATE SKIP LOCKED"
        }
    }
}
