import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("Commands in the documents")
struct DocumentedCommandTests {
    @Test func `every command of ours in a document is one that there is, with flags that it has`() throws {
        let folder = WorkTree.root.appending(path: "docs")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
        var found = 0
        let readme = WorkTree.root.appending(path: "README.md")
        for document in [readme] + names.sorted().map({ folder.appending(path: $0) }) {
            let text = try String(contentsOf: document, encoding: .utf8).replacing(/\\\n/, with: " ")
            for line in text.matches(of: /(?m)(?:^\s*|`|&& |; |\$\()claviger ([^`|;&>#\n)]+)/) {
                // What is left out is no command, such as the name of a node's connections.
                guard !line.1.contains("…") else { continue }
                found += 1
                try check(line.1.split(separator: " ").map(String.init), in: document.lastPathComponent)
            }
        }
        #expect(found > 30)
    }

    private func check(_ words: [String], in document: String) throws {
        var command: any ParsableCommand.Type = Claviger.self
        var rest = words[...]
        while let word = rest.first, !command.configuration.subcommands.isEmpty, !word.hasPrefix("-") {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == word }) else { break }
            command = next
            rest.removeFirst()
        }
        let said = words.joined(separator: " ")
        let isWhole = command.configuration.subcommands.isEmpty || rest.first?.hasPrefix("-") ?? true
        #expect(isWhole, "\(document): claviger \(said)")
        let help = Claviger.helpMessage(for: command, columns: 1000)
        for flag in rest where flag.hasPrefix("--") {
            let name = String(flag.prefix { $0 == "-" || $0.isLowercase })
            let isKnown = try ["--help", "--version"].contains(name) || help.contains(Regex("\(name)\\b"))
            #expect(isKnown, "\(document): claviger \(said) has no \(name)")
        }
    }
}
