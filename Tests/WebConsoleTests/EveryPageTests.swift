import Foundation
import TestSupport
import Testing

/// Whatever people of any role reach by links, in the four products. What pages hold does not depend on the engine.
@Suite("Every page that links lead to")
struct EveryPageTests {
    @Test(arguments: ["allmoxy", "altruistiq", "altyaa", "onetrust"])
    func `nothing sticks out, and axe-core finds nothing`(product: String) async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Products/\(product).yaml").standardizedFileURL
        try await ServerProcess.withDemo(arguments: ["--product", file.path]) { server, _ in
            let walk = try await FinishedCommand.python(
                ["Tests/Browser/every_page.py", server.folder.path + "/credentials.json"], atMost: 600)
            #expect(walk.status == 0, "\(walk.text)")
        }
    }
}
