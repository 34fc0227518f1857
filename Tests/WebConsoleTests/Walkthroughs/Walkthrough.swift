import Foundation
import TestSupport
import Testing

/// A walkthrough of the console in headless Chromium, a step at a time. The pictures go where `CLAVIGER_SCREENSHOTS` says, if it
/// does.
enum Walkthrough {
    /// A product definition of the repository.
    static func product(_ name: String) -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../Products/\(name).yaml")
        return (try? String(contentsOf: root.standardizedFileURL, encoding: .utf8)) ?? ""
    }

    /// Takes one step of `Tests/Browser/walkthrough_<letter>.py`.
    static func take(_ step: String, of letter: String, atMost seconds: Int = 900) async throws {
        let (server, _) = try RunningServer.current
        let pictures = ProcessInfo.processInfo.environment["CLAVIGER_SCREENSHOTS"] ?? ""
        let walk = try await BrowserScript.run(
            "walkthrough_\(letter)", [server.folder.path + "/credentials.json", pictures, step], atMost: seconds)
        #expect(walk.status == 0, "\(walk.text)")
    }
}
