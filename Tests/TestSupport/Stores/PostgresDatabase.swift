import CLibPQ
import Dispatch
import Foundation
import Locking

/// A database of a test's own, in the PostgreSQL that `scripts/test` starts. It is removed when nobody refers to it any
/// more.
package final class PostgresDatabase: Sendable {
    /// Where it is.
    package let uri: String
    private let name: String
    private let server: PostgresServer

    /// Makes a database.
    ///
    /// - Parameter original: What it is a copy of, to which nobody may be connected; nil for an empty one.
    package static func make(copying original: PostgresDatabase? = nil) async throws -> PostgresDatabase {
        let server = try PostgresServer.ofTests()
        let name = "claviger_" + UUID().uuidString.lowercased().replacing("-", with: "")
        let uri = try server.uri(of: name)
        // The other template may be in use by whoever looks into the server.
        try await server.execute("CREATE DATABASE \(name) TEMPLATE \(original?.name ?? "template0")")
        return PostgresDatabase(name: name, uri: uri, server: server)
    }

    private init(name: String, uri: String, server: PostgresServer) {
        self.name = name
        self.uri = uri
        self.server = server
    }

    /// Has it take connections, or end those that there are and take no more, as if the server were gone.
    package func takeConnections(_ takes: Bool) async throws {
        try await server.execute("ALTER DATABASE \(name) WITH ALLOW_CONNECTIONS \(takes)")
        guard !takes else { return }
        try await server.execute(
            "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'; END $$")
    }

    /// Runs a statement in it, past any server.
    func execute(_ statement: String) async throws {
        try await server.execute(statement, at: uri)
    }

    deinit {
        Task { [name, server] in
            try? await server.execute("DROP DATABASE \(name) WITH (FORCE)")
        }
    }

    /// Removes it, for the end of the process, which waits for no task.
    func remove() {
        try? server.run("DROP DATABASE \(name) WITH (FORCE)")
    }

    // MARK: - Folders

    private static let ofFolders = Lock<[String: PostgresDatabase]>([:])

    /// The database that belongs to a temporary folder. It lasts as long as the folder.
    static func kept(in folder: String) async throws -> PostgresDatabase {
        if let known = ofFolders.withLock({ $0[folder] }) { return known }
        let made = try await make()
        ofFolders.withLock { $0[folder] = made }
        return made
    }

    /// Has a database belong to a temporary folder that has none.
    static func keep(_ database: PostgresDatabase, in folder: String) {
        ofFolders.withLock { $0[folder] = database }
    }

    /// Removes the database of a folder, if there is one.
    static func forget(_ folder: String) {
        _ = ofFolders.withLock { $0.removeValue(forKey: folder) }
    }
}

/// The PostgreSQL of the tests.
private struct PostgresServer: Sendable {
    private static let variable = "CLAVIGER_TEST_DATABASE"

    private let uri: URLComponents

    /// - Throws: ``ServerFailure``, which says what to do, where there is none.
    static func ofTests() throws -> PostgresServer {
        guard let text = ProcessInfo.processInfo.environment[variable], let uri = URLComponents(string: text) else {
            throw ServerFailure(
                "This test needs PostgreSQL: run `make test`, or `scripts/test` with the arguments of `swift test`.")
        }
        return PostgresServer(uri: uri)
    }

    /// The address of another database of the server.
    func uri(of database: String) throws -> String {
        var uri = uri
        uri.path = "/\(database)"
        return try uri.string ?? { throw ServerFailure("\(Self.variable) is no URI.") }()
    }

    /// Runs a statement outside of a transaction, on a connection of its own.
    ///
    /// - Parameter uri: Where, nil for the server's own database.
    func execute(_ statement: String, at uri: String? = nil) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async {
                done.resume(with: Result { try run(statement, at: uri) })
            }
        }
    }

    /// The same, on the thread of the caller.
    func run(_ statement: String, at uri: String? = nil) throws {
        let connection = PQconnectdb(uri ?? self.uri.string ?? "")
        defer { PQfinish(connection) }
        let result = PQexec(connection, statement)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw ServerFailure("\(statement): \(String(cString: PQerrorMessage(connection)))")
        }
    }
}
