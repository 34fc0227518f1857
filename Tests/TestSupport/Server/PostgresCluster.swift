import Foundation

/// A PostgreSQL of a test's own and a standby that follows it: what is acknowledged is on both.
package final class PostgresCluster: Sendable {
    package let primary: Int
    package let standby: Int
    private let folder: Folder

    /// Starts both, uses them, and ends them.
    package static func with<R>(_ use: (PostgresCluster) async throws -> R) async throws -> R {
        let folder = try Folder()
        // PostgreSQL runs as another user if this one is root, and must reach it.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        do {
            let cluster = try await PostgresCluster(in: folder)
            let result = try await use(cluster)
            try await stop(in: folder)
            return result
        } catch {
            try await stop(in: folder)
            throw error
        }
    }

    private init(in folder: Folder) async throws {
        self.folder = folder
        let first = try await Self.postgres(["start", "--unsafe", folder.path + "/first"])
        let second = try await Self.postgres(["standby", folder.path + "/first", folder.path + "/second"])
        primary = try Self.port(in: first)
        standby = try Self.port(in: second)
    }

    /// The address of the cluster, in this order.
    package func uri(_ ports: [Int]) -> String {
        "postgres://claviger@\(ports.map { "127.0.0.1:\($0)" }.joined(separator: ","))/postgres?connect_timeout=60"
    }

    /// Stops all processes of the primary where they are: connections stay, and nothing is answered.
    package func freezePrimary() async throws {
        _ = try await Self.postgres(["freeze", folder.path + "/first"])
    }

    /// Has the standby take writes.
    package func promoteStandby() async throws {
        _ = try await Self.postgres(["promote", folder.path + "/second"])
    }

    private static func stop(in folder: Folder) async throws {
        for place in ["second", "first"] { _ = try await postgres(["stop", folder.path + "/\(place)"]) }
    }

    private static func postgres(_ arguments: [String]) async throws -> String {
        let done = try await FinishedCommand.script("postgres", arguments, atMost: 600)
        guard done.status == 0 else { throw ServerFailure("scripts/postgres \(arguments): \(done.text)") }
        return done.output
    }

    private static func port(in uri: String) throws -> Int {
        let text = uri.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let port = URLComponents(string: text)?.port else { throw ServerFailure("\(text) has no port.") }
        return port
    }
}
