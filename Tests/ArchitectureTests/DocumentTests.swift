import Testing

@Suite("The documents of the repository")
struct DocumentTests {
    @Test(arguments: Room.all.map(\.name))
    func `ARCHITECTURE.md says what each room is for`(_ room: String) throws {
        #expect(try Repository.text(of: "ARCHITECTURE.md").contains("**`\(room)`**"))
    }

    @Test func `decision records are numbered without a gap`() throws {
        let numbers = try records().map { Int($0.prefix(4)) }
        #expect(numbers == Array(1...max(numbers.count, 1)))
    }

    @Test(arguments: ["## Context", "## Decision", "## Consequences", "## Alternatives"])
    func `each decision record has its four parts`(_ heading: String) throws {
        for record in try records() {
            #expect(try Repository.text(of: "docs/decisions/\(record)").contains(heading), "\(record)")
        }
    }

    @Test func `each decision record fits a page`() throws {
        for record in try records() {
            let lines = try Repository.text(of: "docs/decisions/\(record)").split(separator: "\n")
            #expect(lines.count <= 60, "\(record)")
        }
    }

    @Test(arguments: [
        "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "docs/threat-model.md", "docs/gateways.md",
    ])
    func `links to other files of the repository lead somewhere`(_ document: String) throws {
        let text = try Repository.text(of: document)
        let folder = document.contains("/") ? "docs/" : ""
        for link in text.matches(of: /\]\(([^):#]+)(?:#[^)]*)?\)/) {
            let target = folder + String(link.1)
            #expect(Repository.exists(target), "\(document) links to \(target)")
        }
    }

    @Test func `the README's gateway is one of the recipes that are tried`() throws {
        let section = try Repository.text(of: "README.md").split(separator: "## In front of your API")
        let recipe = try #require(section.last?.firstMatch(of: /```caddyfile\n[^`]*```/)).0
        #expect(try Repository.text(of: "docs/gateways.md").contains(recipe))
    }

    @Test func `every target of make is explained by make help`() throws {
        let makefile = try Repository.text(of: "Makefile")
        let targets = try #require(makefile.firstMatch(of: /\.PHONY: (.+)/)).1.split(separator: " ")
        for target in targets {
            #expect(makefile.contains(try Regex("(?m)^\(target):.* ## .")), "\(target)")
        }
    }

    @Test(arguments: [".build", ".build-*", "Package.resolved", "/data"])
    func `git ignores what is built, resolved or stored here`(_ pattern: String) throws {
        #expect(try Repository.text(of: ".gitignore").split(separator: "\n").contains { $0 == pattern })
    }

    private func records() throws -> [String] {
        try Repository.names(in: "docs/decisions").filter { $0.hasSuffix(".md") && $0 != "README.md" }
    }
}
