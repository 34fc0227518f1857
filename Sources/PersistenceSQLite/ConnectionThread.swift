import Dispatch
import Foundation
import GRDB

/// Gives a connection a thread of its own. SQLite's calls block, so they must not run on the threads that Swift's tasks
/// share.
enum ConnectionThread {
    /// Opens a connection on a new thread and has it serve until `serve` returns. `group` is left when the connection
    /// is closed.
    ///
    /// - Throws: ``SQLiteOpeningError`` if the connection cannot be opened.
    static func start(
        _ role: ConnectionRole, named name: String, on file: DatabaseFile, in group: DispatchGroup,
        serve: @escaping @Sendable (Database) -> Void
    ) async throws {
        group.enter()
        try await withCheckedThrowingContinuation { (opened: CheckedContinuation<Void, any Error>) in
            let thread = Thread {
                defer { group.leave() }
                do {
                    let queue = try DatabaseQueue(path: file.path, configuration: role.configuration)
                    try queue.writeWithoutTransaction { try role.setUp($0, path: file.path) }
                    opened.resume()
                    queue.writeWithoutTransaction(serve)
                    try? queue.close()
                } catch {
                    opened.resume(throwing: SQLiteOpeningError(error, path: file.path))
                }
            }
            thread.name = name
            thread.start()
        }
    }
}
