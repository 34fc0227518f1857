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

    @Test func `links of documents lead to a file, and to a heading of it where they name one`() throws {
        let documents = try Repository.documents()
        #expect(documents.contains("README.md") && documents.contains("docs/decisions/README.md"))
        for document in documents {
            for link in try prose(of: document).matches(of: /\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/) {
                let target = link.1.isEmpty ? document : path(link.1, from: document)
                #expect(Repository.exists(target), "\(document) links to \(target)")
                guard let heading = link.2, target.hasSuffix(".md"), Repository.exists(target) else { continue }
                #expect(try anchors(of: target).contains(String(heading)), "\(document) links to \(target)#\(heading)")
            }
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

    /// Where a document's link leads, from the root; symbolic links are not followed.
    private func path(_ link: Substring, from document: String) -> String {
        let folder = document.split(separator: "/").dropLast()
        return link.split(separator: "/").reduce(into: Array(folder)) { parts, part in
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
        }.joined(separator: "/")
    }

    /// A document without its blocks of code, in which nothing is a link or a heading.
    private func prose(of document: String) throws -> String {
        var isCode = false
        return try Repository.text(of: document).split(separator: "\n", omittingEmptySubsequences: false).filter {
            line in
            let isFence = line.drop { $0 == " " }.hasPrefix("```")
            if isFence { isCode.toggle() }
            return !isFence && !isCode
        }.joined(separator: "\n")
    }

    /// What the headings of a document are linked by: their words in lower case with dashes between, without other signs.
    private func anchors(of document: String) throws -> Set<String> {
        var anchors: Set<String> = []
        for heading in try prose(of: document).matches(of: /(?m)^#+ +(.+)$/) {
            let words = heading.1.replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }.lowercased()
            anchors.insert(
                String(
                    words.compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : nil }))
        }
        return anchors
    }

    private func records() throws -> [String] {
        try Repository.names(in: "docs/decisions").filter { $0.hasSuffix(".md") && $0 != "README.md" }
    }
}
