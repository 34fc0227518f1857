import Foundation
import ProductDefinition
import Testing

/// The page on which somebody writes a first product file, block by block.
@Suite("Product definition: the tutorial")
struct TutorialTests {
    private var page: String {
        get throws {
            let file = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../docs/products.md").standardizedFileURL
            return try String(contentsOf: file, encoding: .utf8)
        }
    }

    @Test func `the file is valid after each block, and has what they say`() throws {
        let blocks = try page.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(blocks.count >= 8)
        var text = ""
        for block in blocks {
            text += block
            _ = try Product(yaml: text, file: "fjord.yaml")
        }
        let product = try Product(yaml: text, file: "fjord.yaml")
        #expect(product.words[.apiKey].plural == "API tokens")
        #expect(product.words[.member].counted(2) == "2 people")
        #expect(product.roles.map(\.name) == ["administrator", "developer", "dispatcher", "operator"])
        #expect(product.sections.contains(.integrations) && !product.sections.contains(.apps))
        #expect(product.plans.definitions.map(\.name) == ["business", "starter"])
    }

    @Test func `each of the four products has its row`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Products").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") }
        #expect(files.count == 4)
        for file in files { #expect(try page.contains("](../Products/\(file))"), "\(file)") }
    }
}
