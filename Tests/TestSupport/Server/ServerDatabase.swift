import Foundation

/// Where a server of a test keeps its data, said as an operator says it. Several servers may share one on PostgreSQL.
package struct ServerDatabase: Sendable {
    /// The working directory of those who use it. The master key of a development server is made in `data` in it.
    package let folder: Folder
    /// The flags that say where it is.
    package let arguments: [String]
    /// The variables that do: a URI of PostgreSQL is said there.
    package let environment: [String: String]
    /// The database itself, on PostgreSQL.
    package let postgres: PostgresDatabase?

    /// An empty database. On SQLite it is a file in `folder`.
    package static func make(
        on engine: StoreUnderTest = .current, in folder: Folder
    ) async throws -> ServerDatabase {
        switch engine {
        case .sqlite:
            return ServerDatabase(
                folder: folder, arguments: ["--data", folder.path + "/data"], environment: [:], postgres: nil)
        case .postgres:
            let database = try await PostgresDatabase.make()
            return ServerDatabase(
                folder: folder, arguments: [], environment: ["CLAVIGER_DATABASE": database.uri], postgres: database)
        }
    }

    /// Another database with the same content, which belongs to the same installation. On PostgreSQL, while nobody is
    /// connected to this one.
    package func copied() async throws -> ServerDatabase? {
        guard let postgres else { return nil }
        let copy = try await PostgresDatabase.make(copying: postgres)
        return ServerDatabase(
            folder: folder, arguments: arguments, environment: ["CLAVIGER_DATABASE": copy.uri], postgres: copy)
    }

    /// Runs a command of `claviger` on it.
    package func claviger(_ arguments: [String]) async throws -> FinishedCommand {
        try await FinishedCommand.claviger(arguments + self.arguments, environment: environment, in: folder.path)
    }
}
