import Foundation
import TestSupport
import Testing

/// Walkthrough D, click by click, in headless Chromium. The pictures go where `CLAVIGER_SCREENSHOTS` says, if it does.
@Suite("Walkthrough D: acting for a user, in a browser", .server(on: [.sqlite]))
struct BrowserTests {
    @Test func `a user signs in, consents, denies, takes back and signs out`() async throws {
        let (server, _) = try RunningServer.current
        let walk = try await FinishedCommand.python(
            ["Tests/Browser/consent.py", server.folder.path + "/credentials.json"]
                + screenshots, atMost: 300)
        #expect(walk.status == 0, "\(walk.text)")
    }

    private var screenshots: [String] {
        ProcessInfo.processInfo.environment["CLAVIGER_SCREENSHOTS"].map { [$0] } ?? []
    }
}
