import Foundation
import TestSupport
import Testing

/// Walkthrough F, click by click in headless Chromium, with the product of its document. Each step has a company of its own.
@Suite("Walkthrough F: client ID and secret key", .server(product: SampleProducts.text("allmoxy")))
struct WalkthroughClientTests {
    @Test func `F1: the page is for who has the permissions, explains first, and shows both`() async throws {
        try await walk("f1")
    }

    @Test func `F2: an authorization token is good for an hour, and is generated alone`() async throws {
        try await walk("f2")
    }

    @Test func `F3: a token request needs a contact's access key, and acts for the contact`() async throws {
        try await walk("f3")
    }

    @Test func `F4: to regenerate, the company's name is typed, and what would break is told`() async throws {
        try await walk("f4")
    }

    private func walk(_ step: String) async throws {
        let (server, _) = try RunningServer.current
        let shots = ProcessInfo.processInfo.environment["CLAVIGER_SCREENSHOTS"].map { [$0] } ?? []
        let walk = try await BrowserScript.run(
            "walkthrough_f", [server.folder.path + "/credentials.json", step] + shots)
        #expect(walk.status == 0, "\(walk.text)")
    }
}
