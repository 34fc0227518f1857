import Dispatch
import Persistence

/// Held by the one node that brings the schema up to date. It belongs to a connection of its own, so it ends with the
/// process, however that ends.
final class MigrationLock: Sendable {
    /// Any number that nobody else in the database locks: "claviger" in ASCII.
    private static let number: Int64 = 0x636C_6176_6967_6572

    private let ending = DispatchSemaphore(value: 0)
    private let thread = DispatchGroup()

    private init() {}

    deinit {
        ending.signal()
    }

    /// Takes the lock, and waits for as long as another node holds it.
    ///
    /// - Throws: ``PostgresOpeningError``.
    static func take(_ lines: Lines) async throws -> MigrationLock {
        let lock = MigrationLock()
        try await withCheckedThrowingContinuation { (taken: CheckedContinuation<Void, any Error>) in
            EngineThread.start(named: "postgres-migration", in: lock.thread) { [ending = lock.ending] in
                do {
                    let line = try lines.open(until: .now + lines.limits.connecting)
                    guard line.serverVersion >= PostgresStatus.oldestVersion else {
                        throw PostgresOpeningError.version(found: line.serverVersion)
                    }
                    try line.send("SET statement_timeout = 0", [])
                    try line.send("SET lock_timeout = 0", [])
                    try line.send("SELECT pg_advisory_lock($1)", [.integer(number)])
                    try line.complete(until: .now + .seconds(3600))
                    taken.resume()
                    ending.wait()
                } catch let error as StoreError {
                    taken.resume(throwing: PostgresOpeningError(error, at: lines.address))
                } catch {
                    taken.resume(throwing: error)
                }
            }
        }
        return lock
    }

    /// Gives the lock back.
    func release() async {
        ending.signal()
        await thread.end()
    }
}
