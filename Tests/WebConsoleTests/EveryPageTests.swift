import Foundation
import TestSupport
import Testing

/// Whatever people reach by links, in the four products, each seen in another of four ways; `make screenshots` looks at all in
/// all. What pages hold does not depend on the engine.
@Suite("Every page that links lead to")
struct EveryPageTests {
    @Test(
        arguments: zip(
            ["allmoxy", "altruistiq", "altyaa", "onetrust"], ["360-light", "1280-dark", "1280-light", "360-dark"]))
    func `nothing sticks out, and axe-core finds nothing`(product: String, way: String) async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Products/\(product).yaml").standardizedFileURL
        try await ServerProcess.withDemo(arguments: ["--product", file.path]) { server, _ in
            let walk = try await BrowserScript.run(
                "every_page", [server.folder.path + "/credentials.json", "--way", way])
            #expect(walk.status == 0, "\(walk.text)")
        }
    }
}
