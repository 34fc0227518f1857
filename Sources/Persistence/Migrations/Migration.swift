/// One numbered step of the schema. Steps are appended, additive, and never edited once released: a schema serves the
/// version before and after it (law 16).
package struct Migration: Sendable {
    /// Its place in the order, from 1.
    package let number: Int
    /// What it brings, in a word or two.
    package let name: String
    /// The newest step that a version must know to serve a schema with this one, so that it can be gone back to.
    package let servedFrom: Int
    /// Its statements for SQLite.
    private let sqlite: String
    /// The same for PostgreSQL. A test holds the schemas that come of both against each other.
    private let postgres: [String]

    /// - Parameter servedFrom: The step before unless said, which is what law 16 wants of each. A later step of the same version says that
    ///   of the first one: who goes back knows none of them.
    package init(number: Int, name: String, servedFrom: Int? = nil, sqlite: String, postgres: String) {
        self.init(number: number, name: name, servedFrom: servedFrom, sqlite: sqlite, postgresParts: [postgres])
    }

    /// - Parameters:
    ///   - servedFrom: As above.
    ///   - postgresParts: For a transaction each, which locks one table: whoever locks many waits for nodes that go on serving,
    ///     which hold one of them and wait for another (a deadlock). All but the last may be run more than once.
    package init(number: Int, name: String, servedFrom: Int? = nil, sqlite: String, postgresParts: [String]) {
        self.number = number
        self.name = name
        self.servedFrom = servedFrom ?? number - 1
        self.sqlite = sqlite
        postgres = postgresParts
    }

    /// Its statements for one engine, each ended by a semicolon, in the parts that have a transaction each.
    package func parts(for dialect: Dialect) -> [String] {
        switch dialect {
        case .sqlite: [sqlite]
        case .postgres: postgres
        }
    }

    /// Every step, in order. Each is a file of this folder: `Migration0001.swift` and so on.
    package static let all: [Migration] = [
        migration0001, migration0002, migration0003, migration0004, migration0005, migration0006, migration0007,
        migration0008, migration0009, migration0010, migration0011, migration0012, migration0013, migration0014,
        migration0015, migration0016, migration0017, migration0018, migration0019, migration0020, migration0021,
        migration0022, migration0023, migration0024, migration0025, migration0026, migration0027, migration0028,
        migration0029, migration0030, migration0031, migration0032, migration0033, migration0034, migration0035,
        migration0036, migration0037, migration0038, migration0039, migration0040,
    ]
}
