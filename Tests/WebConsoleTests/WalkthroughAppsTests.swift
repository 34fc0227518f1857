import Foundation
import TestSupport
import Testing

/// Walkthrough D5 and the apps' pages, click by click in headless Chromium, with the product of its document. Each step has a
/// workspace of its own.
@Suite("Walkthrough D5: apps and consents", .server(product: SampleProducts.text("altyaa")))
struct WalkthroughAppsTests {
    @Test func `D5: a consent is removed from Workspace Settings, and the next call is refused`() async throws {
        try await walk("consents")
    }

    @Test func `D5: all that an app was let do is removed at once`() async throws {
        try await walk("all_of_an_app")
    }

    @Test func `D5: who may not look after apps sees nothing of them`() async throws {
        try await walk("nobody_else")
    }

    @Test func `an app is made, seen as its users will see it, given another secret, and deleted`() async throws {
        try await walk("making")
    }

    private func walk(_ step: String) async throws {
        let (server, _) = try RunningServer.current
        let shots = ProcessInfo.processInfo.environment["CLAVIGER_SCREENSHOTS"].map { [$0] } ?? []
        let walk = try await BrowserScript.run(
            "walkthrough_d5", [server.folder.path + "/credentials.json", step] + shots)
        #expect(walk.status == 0, "\(walk.text)")
    }
}
