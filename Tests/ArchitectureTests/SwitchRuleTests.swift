import Testing

/// Whoever adds a case to an enum of ours is told of every place that has to decide about it. A `default:` would decide in silence.
@Suite("Switches over our own enums")
struct SwitchRuleTests {
    /// Where the cases of others are sorted, by file: the type that is not ours. What a text, a byte or any error is said to be has
    /// no cases to begin with, and needs no line here.
    private static let foreign = [
        "Sources/BoundedCommand/BoundedCommand.swift": "SubprocessError.Code",
        "Sources/HTTPServing/Wire/WireRefusal.swift": "HTTPParserError",
        "Sources/Model/FieldChecks.swift": "Unicode.GeneralCategory",
        "Sources/Model/VisibleText.swift": "Unicode.GeneralCategory",
        "Sources/PersistenceSQLite/StoreError+SQLite.swift": "ResultCode",
    ]

    @Test(arguments: SourceFile.ours)
    func `a switch that names cases names all of them`(_ file: SourceFile) {
        let open = SwitchStatement.all(in: file.code).filter { $0.namesCases && $0.hasDefault }
        guard Self.foreign[file.path] == nil else { return }
        #expect(open.map(\.subject) == [])
    }

    @Test(arguments: foreign.keys.sorted())
    func `an exception is still one`(_ path: String) throws {
        let file = try SourceFile(path: path)
        #expect(SwitchStatement.all(in: file.code).contains { $0.namesCases && $0.hasDefault })
    }

    @Test(arguments: [
        ("switch x {\ncase .a: 1\ndefault: 2\n}", true), ("switch x {\ncase .a, .b: 1\ncase .c: 2\n}", false),
        ("switch (x, y) {\ncase (.a, .b): 1\ndefault: 2\n}", true),
        ("switch byte {\ncase 0x30: 1\ndefault: 2\n}", false),
        ("switch x {\ncase .a:\n  switch byte {\n  case 1: 1\n  default: 2\n  }\ncase .b: 3\n}", false),
        ("switch byte {\ncase 1:\n  switch x {\n  case let .a(y): y\n  default: 2\n  }\ndefault: 3\n}", true),
        ("switch z.prefix(while: { $0 != 1 }) {\ncase .a: 1\ndefault: 2\n}", true),
        ("switch error {\ncase let error as E where error.is(.a): 1\ndefault: 2\n}", false),
        ("switch x {\ncase .a:\n  if case .b = y { z[1, default: 0] = 1 }\ncase .c: 2\n}", false),
        ("switch error {\ncase is E:\n  guard case .none = y else { return }\ndefault: 2\n}", false),
    ])
    func `switches are read as they are written`(_ code: String, _ isOpen: Bool) {
        #expect(SwitchStatement.all(in: code).contains { $0.namesCases && $0.hasDefault } == isOpen)
    }
}

/// A `switch` of Swift code without comments and strings, as far as its labels go.
private struct SwitchStatement {
    /// What is switched over.
    let subject: String
    /// Whether one of its patterns begins with a case of an enum, by itself or in a tuple.
    let namesCases: Bool
    let hasDefault: Bool

    /// Every one in `code`, also those within others.
    static func all(in code: String) -> [SwitchStatement] {
        code.matches(of: /\bswitch\b/).compactMap { SwitchStatement(code[$0.range.upperBound...]) }
    }

    /// - Parameter rest: What follows the word.
    private init?(_ rest: Substring) {
        var depth = 0
        guard
            let brace = rest.firstIndex(where: { character in
                if character == "(" || character == "[" { depth += 1 }
                if character == ")" || character == "]" { depth -= 1 }
                return character == "{" && depth == 0
            })
        else { return nil }
        subject = rest[..<brace].trimming { $0.isWhitespace }
        let lines = Self.outermost(rest[rest.index(after: brace)...])
        hasDefault = lines.contains(/(?m)^\s*default\s*:/)
        // What has one equals sign is a condition: `guard case .a = b`.
        let labels = lines.matches(of: /(?m)^\s*case\s+(?<patterns>[^:]+):/).filter { !$0.patterns.contains(" = ") }
        namesCases = labels.contains { label in
            label.patterns.split(separator: ",").contains { $0.contains(/^\s*(?:let\s+|var\s+)?\(*\s*\.\w/) }
        }
    }

    /// The code up to the closing brace, with all that stands in further braces left out.
    private static func outermost(_ body: Substring) -> String {
        var depth = 0
        var code = ""
        for character in body {
            if character == "}" { depth -= 1 }
            if depth < 0 { break }
            if depth == 0 { code.append(character) }
            if character == "{" { depth += 1 }
        }
        return code
    }
}

extension Substring {
    fileprivate func trimming(_ isOuter: (Character) -> Bool) -> String {
        let start = drop(while: isOuter)
        let end = start.lastIndex { !isOuter($0) }.map(start.index(after:)) ?? start.startIndex
        return String(start[..<end])
    }
}
