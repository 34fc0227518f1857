import Testing

/// A Swift file of the repository, as these tests look at it.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// From the root, such as `Sources/Policy/Scope.swift`.
    let path: String
    /// The folder below `Sources`, `Tests` or `Benchmarks`.
    let target: String
    /// Its name without folder and ending.
    let name: String
    /// Without comments and strings.
    let code: String
    /// What stands in its strings.
    let literals: [String]

    var testDescription: String { path }

    init(path: String) throws {
        self.path = path
        let parts = path.split(separator: "/").map(String.init)
        target = parts[1]
        name = String(parts[parts.count - 1].dropLast(".swift".count))
        let text = SwiftText(try Repository.text(of: path))
        code = text.code
        literals = text.literals
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
    /// Every file of the tests and benchmarks.
    static let beside: [SourceFile] = files(under: "Tests") + files(under: "Benchmarks")

    private static func files(under folder: String) -> [SourceFile] {
        Repository.swiftFiles(under: folder).compactMap { try? SourceFile(path: $0) }
    }
}
