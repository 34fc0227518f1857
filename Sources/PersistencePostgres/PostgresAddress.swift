/// Where a PostgreSQL database is and how to sign in there: a `postgres://` URI, several hosts in it if need be, which
/// libpq reads (its documentation, "Connection URIs"). It may hold a password, so it prints as nothing.
package struct PostgresAddress: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The URI.
    let uri: String

    /// - Parameter uri: Begins with `postgres://` or `postgresql://`.
    package init(_ uri: String) {
        self.uri = uri
    }

    package var description: String { "postgres" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
