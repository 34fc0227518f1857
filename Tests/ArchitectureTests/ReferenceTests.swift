import Testing

/// Whatever a comment, a test's name or a document refers to is in the repository.
@Suite("References")
struct ReferenceTests {
    private static let everything = SourceFile.ours + SourceFile.beside

    @Test func `a law that is named is in docs/laws_md, and each law there has tests that exist`() throws {
        let laws = try Repository.text(of: "docs/laws.md").split(separator: "\n## ").dropFirst()
        #expect(laws.compactMap { Int($0.prefix { $0.isNumber }) } == Array(1...16))
        for law in laws {
            let tests = law.matches(of: #/(?m)^- `(?<path>[^`]+)`: (?<name>.+)$/#)
            #expect(!tests.isEmpty, "\(law.prefix { !$0.isNewline })")
            for test in tests {
                let text = try Repository.text(of: String(test.path))
                #expect(text.contains("func `\(test.name)`"), "\(test.path): \(test.name)")
            }
        }
        for file in Self.everything {
            for named in file.text.matches(of: #/\blaws? (?<first>\d+)(?: and (?<second>\d+))?/#) {
                let numbers = [named.first, named.second ?? named.first].compactMap { Int($0) }
                #expect(numbers.allSatisfy { (1...laws.count).contains($0) }, "\(file.path): \(named.0)")
            }
        }
    }

    @Test func `a threat that is named is in the threat model`() throws {
        let model = try Repository.text(of: "docs/threat-model.md")
        let known = Set(
            model.split(separator: "\n").filter { $0.hasPrefix("| ") }.flatMap { line in
                line.dropFirst(2).prefix { $0 != "|" }.matches(of: #/\b[A-Z]\d+\b/#).map { String($0.0) }
            })
        for file in Self.everything {
            for named in file.text.matches(of: #/\b[Tt]hreats? (?<letters>[A-Z]\d+(?:(?:, | and | to )[A-Z]\d+)*)/#) {
                let letters = named.letters.matches(of: #/[A-Z]\d+/#).map { String($0.0) }
                #expect(known.isSuperset(of: letters), "\(file.path): \(named.0)")
            }
        }
    }

    /// Paths with a gap to fill, such as `walkthrough_<letter>.py`, name no file.
    @Test(arguments: everything)
    func `a file that a comment names is there`(_ file: SourceFile) throws {
        let path =
            #/\b(?:docs|Sources|Tests|Benchmarks|Examples|Products|scripts|findings|deploy)\/[A-Za-z0-9_.\/+-]*[A-Za-z0-9]/#
        let records = try Repository.names(in: "docs/decisions")
        for comment in file.comments {
            for named in comment.matches(of: path) {
                let rest = comment[named.range.upperBound...]
                guard !rest.hasPrefix("_<"), !rest.hasPrefix("<"), !rest.hasPrefix("/<") else { continue }
                #expect(Repository.exists(String(named.0)), "\(named.0)")
            }
            for named in comment.matches(of: #/\b(?:records?|decisions?) (?<number>\d{4})\b/#) {
                #expect(records.contains { $0.hasPrefix(named.number) }, "\(named.0)")
            }
        }
    }

    /// A section without a standard before it would be one of a paper that is not here.
    @Test(arguments: everything)
    func `a section that a comment names is one of a published standard`(_ file: SourceFile) {
        let comments = file.comments.joined(separator: " ")
        let foreign = comments.matches(
            of: #/\b(?<paper>design|examples|threats|console|look|review|walkthroughs|law) §/#)
        #expect(foreign.map { String($0.0) } == [])
    }

    @Test(arguments: everything)
    func `a symbol that a comment links to is declared`(_ file: SourceFile) {
        for comment in file.comments {
            for link in comment.replacing("```", with: "").matches(of: #/``(?<symbol>[^`]+)``/#) {
                let names = link.symbol.split(separator: "/").map { part in String(part.prefix { $0 != "(" }) }
                for name in names where name != "init" {
                    #expect(Declarations.ours.contains(name) || Declarations.foreign.contains(name), "\(link.0)")
                }
            }
        }
    }
}

/// The names that are declared in the repository, of types and of what is in them.
private enum Declarations {
    /// Types of others to which comments link.
    static let foreign: Set<String> = ["NIOTooManyBytesError"]

    static let ours: Set<String> = {
        let declaration =
            #/\b(?:class|struct|enum|protocol|actor|typealias|func|var|let|extension|macro)\s+`?(?<name>\w+)/#
        var names: Set<String> = []
        for file in SourceFile.ours + SourceFile.beside {
            names.formUnion(file.code.matches(of: declaration).map { String($0.name) })
            for cases in file.code.matches(of: #/\bcase\s+(?<list>\w[^\n:{]*)/#) {
                names.formUnion(cases.list.matches(of: #/\w+/#).map { String($0.0) })
            }
        }
        return names
    }()
}
