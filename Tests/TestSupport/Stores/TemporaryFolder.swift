import Foundation

/// A folder that lasts as long as the body of a test that uses it.
package func withTemporaryFolder<R>(_ use: (String) async throws -> R) async throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("claviger-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
        PostgresDatabase.forget(folder.path)
        try? FileManager.default.removeItem(at: folder)
    }
    return try await use(folder.path)
}
