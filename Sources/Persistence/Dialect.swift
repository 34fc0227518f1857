/// What differs between the engines. Whatever is not named here is the same text for both.
package enum Dialect: String, Sendable, CaseIterable {
    case sqlite
    case postgres
}

extension Dialect {
    /// The database's own clock at the moment of the statement, as an expression: milliseconds since 1970. All nodes
    /// go by it where they share something, however their own clocks differ.
    package var clock: StaticString {
        switch self {
        case .sqlite: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
        // Not now(), which stands still in a transaction.
        case .postgres: "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
        }
    }
}
