import Foundation
import TestSupport
import Testing

/// The short form of `make prove-bulk`.
@Suite("Uploads and exports of any size")
struct BulkTests {
    @Test func `what comes and goes is larger than what the API holds of it`() async throws {
        let built = try ServerProcess.executable.deletingLastPathComponent().path
        // The limit is that of a release build.
        let done = try await FinishedCommand.script(
            "prove-bulk",
            ["--short", "--rows", "6000", "--limit", "400", "--engine", "sqlite", "--build-folder", built], atMost: 900)
        #expect(done.status == 0, "\(done.end)")
    }
}
