import Testing

/// A Swift file of the repository, as these tests look at it.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// From the root, such as `Sources/Policy/Scope.swift`.
    let path: String
    /// The folder below `Sources`, `Tests`, `Benchmarks` or `Examples`.
    let target: String
    /// Its name without folder and ending.
    let name: String
    /// All of it.
    let text: String
    /// Without comments and strings.
    let code: String
    /// What stands in its strings.
    let literals: [String]
    /// Its comments, each with the lines that follow without a gap as one, without their marks.
    let comments: [String]

    var testDescription: String { path }

    init(path: String) throws {
        self.path = path
        let parts = path.split(separator: "/").map(String.init)
        target = parts[1]
        name = String(parts[parts.count - 1].dropLast(".swift".count))
        text = try Repository.text(of: path)
        let parsed = SwiftText(text)
        code = parsed.code
        literals = parsed.literals
        comments = text.matches(of: /(?m)(?:^[ \t]*\/\/.*\n)+|[^:\n]\/\/ .*$/).map { block in
            block.0.split(separator: "\n").map { line in
                line.drop { $0 == " " || $0 == "\t" }.drop { $0 == "/" }.drop { $0 == " " }
            }.joined(separator: " ")
        }
    }

    /// The modules that it imports.
    var imports: Set<String> {
        let declaration =
            /^\s*(?:@?\w+\s+)*?import\s+(?:struct\s+|class\s+|enum\s+|func\s+|protocol\s+|typealias\s+|var\s+)?(\w+)/
        return Set(
            code.split(whereSeparator: \.isNewline).compactMap { line in
                line.firstMatch(of: declaration).map { String($0.1) }
            })
    }

    /// The words that its name is made of: `OrganizationPath` is `Organization` and `Path`.
    var words: [String] {
        name.matches(of: /[A-Z]?[^A-Z+.]+|[A-Z]+(?![a-z])/).map { String($0.0) }
    }

    /// Every file under `Sources`.
    static let ours: [SourceFile] = files(under: "Sources")
    /// Every file of the tests, benchmarks and examples.
    static let beside: [SourceFile] = ["Tests", "Benchmarks", "Examples"].flatMap(files(under:))

    private static func files(under folder: String) -> [SourceFile] {
        Repository.swiftFiles(under: folder).compactMap { try? SourceFile(path: $0) }
    }
}
