import CredentialFormat
import Foundation
import Model
import TestSupport
import Testing

/// Walkthrough E in headless Chromium, against the simulated providers: one browser goes all of it, and thirty days pass in a moment.
/// The pictures go where `CLAVIGER_SCREENSHOTS` says, if it does.
@Suite("Walkthrough E: social connections")
struct WalkthroughConnectionsTests {
    @Test func `accounts are connected, renewed, found revoked, repaired in place and given back`() async throws {
        let product = try OurWords.sample("altyaa").product
        try await withTemporaryFolder { folder in
            try await RunningPages.open(product) { pages in
                let tree = pages.desk.tree
                let facts: JSON = [
                    "issuer": .text(pages.base), "admin": ["email": "", "password": ""], "app": ["client_id": ""],
                    "account_id": .text(tree.global.id.description), "branch": .text(tree.europe.id.description),
                    "operator_key": "",
                ]
                try Data(facts.bytes).write(to: URL(filePath: "\(folder)/walk.json"))
                let pictures = ProcessInfo.processInfo.environment["CLAVIGER_SCREENSHOTS"] ?? ""
                let walk = try await BrowserScript.run(
                    "walkthrough_e", ["\(folder)/walk.json", pictures, "e"])
                #expect(walk.status == 0, "\(walk.text)")
            }
        }
    }
}
