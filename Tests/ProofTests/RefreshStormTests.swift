import Foundation
import TestSupport
import Testing

/// `make prove-refresh` in short: apps that lose replies and double their calls, servers that are killed beneath them
/// (laws 8 and 9, threats F1, F2, F5, F6).
@Suite("A storm of refreshes") struct RefreshStormTests {
    @Test(.endedIfItHangs, arguments: ["sqlite", "postgres"])
    func `no lineage is lost, no token has two successors, no theft is made up, and every real one is noticed`(
        _ engine: String
    ) async throws {
        let folder = try Folder()
        let figures = folder.path + "/figures.json"
        let apps = 64
        let storm = try await FinishedCommand.script(
            "prove-refresh",
            [
                "--engine", engine, "--apps", "\(apps)", "--seconds", "15", "--kill", "4", "--pace", "1",
                // Among other tests a killed server may take longer to come back than is usual.
                "--retry", "300", "--json", figures,
                "--build-folder", try ServerProcess.executable.deletingLastPathComponent().path,
            ], atMost: 900)
        let data = try #require(FileManager.default.contents(atPath: figures), "\(storm.end)")
        let counted = try JSON(parsing: Array(data))[0]
        #expect(try counted["failures"].elements.isEmpty, "\(storm.end)")
        #expect(try counted["thefts"].integer == apps)
        for name in ["refreshes", "replies lost", "calls doubled", "servers killed"] {
            #expect(try counted[name].integer > 0, "\(name)")
        }
        #expect(storm.status == 0, "\(storm.end)")
    }
}
