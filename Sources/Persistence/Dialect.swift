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

    /// Below it are the places in the audit log that are settled, as an expression: nothing becomes visible there any more.
    /// PostgreSQL's places are numbers of transactions, and of those before the oldest that is open all have ended.
    package var settledPlace: StaticString {
        switch self {
        case .sqlite: "9223372036854775807"
        case .postgres: "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)"
        }
    }

    /// Below it are the places that this database can have given, as an expression.
    package var nextPlace: StaticString {
        switch self {
        case .sqlite: "9223372036854775807"
        case .postgres: "CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)"
        }
    }
}
