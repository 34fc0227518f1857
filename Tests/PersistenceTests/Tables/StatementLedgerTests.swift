import Foundation
import Persistence
import TestSupport
import Testing

/// Who writes a statement is told here that its plan was not looked at: it is one of those that ``QueryPlanTests`` asks for, or
/// is explained as it stands in its file, or has a line here that says why it may read a whole table.
@Suite("The ledger of the tables' statements")
struct StatementLedgerTests {
    /// Statements that may, by their file and how they begin.
    private static let exceptions: [(file: String, start: String, reason: String)] = [
        (
            "AccountTable",
            "SELECT 1 FROM account a JOIN organization o ON o.id = a.organization_id WHERE o.parent_id IS NULL",
            "the list of all accounts, in an order that is asked for: only the operator's people see it"
        ),
        (
            "ClientSecretTable", "UPDATE client_secret SET sealed = NULL WHERE id IN (SELECT",
            "its partial index has those alone that are to be destroyed, and it takes a few at a time"
        ),
        (
            "ConnectionTable+counts", "SELECT provider, status, COUNT(*) FROM connection",
            "asked once a minute where metrics are told, and answered from one index"
        ),
        ("UsedNames", "SELECT", "for a start with another product definition, and for who asks beforehand"),
    ]

    @Test func `each was looked at, and none reads a whole table`() async throws {
        let asked = Question.all.flatMap { $0.statements() }.map { WrittenStatement.inOneLine($0.text) }
        let others = try WrittenStatement.all().filter { written in
            !written.readsNothing && !asked.contains(where: written.hasBecome)
                && !Self.exceptions.contains { written.isOne(of: $0.file, $0.start) }
        }
        try await StoreUnderTest.sqlite.open { store in
            for written in others {
                guard let text = written.explainable else {
                    Issue.record("QueryPlanTests do not ask for this one of \(written.file): \(written.pieces)")
                    continue
                }
                let plan = try await QueryPlan(of: BoundSQL(stringLiteral: text), in: store)
                #expect(plan.scans == [], "\(written.file): \(text)\n\(plan)")
            }
        }
    }

    @Test(arguments: exceptions.map(\.start))
    func `an exception is still one`(_ start: String) throws {
        let written = try WrittenStatement.all()
        for exception in Self.exceptions where exception.start == start {
            #expect(written.contains { $0.isOne(of: exception.file, start) })
        }
    }

    @Test func `statements are read as they are written`() throws {
        let written = WrittenStatement.all(
            in: #"""
                // "SELECT 1 FROM a comment"
                let part: BoundSQL = "AND a = \(1)"
                try all("SELECT \(fixed: columns) FROM t WHERE id = \(id(of: "x")) AND b = 2") { $0 }
                try perform(
                    """
                    DELETE FROM t
                    WHERE id IN (\(list: ids)) \(part: a ? "AND (\(b))" : "")
                    """)
                """#, file: "T")
        #expect(written.map(\.explainable) == ["SELECT 1 FROM t WHERE id = 1 AND b = 2", nil])
        #expect(written.map { $0.hasBecome("SELECT id, name FROM t WHERE id = $1 AND b = 2") } == [true, false])
        #expect(written.map { $0.hasBecome("DELETE FROM t WHERE id IN ($1, $2) AND ($3)") } == [false, true])
    }
}

/// A statement as it stands in a table's file.
private struct WrittenStatement {
    let file: String
    /// Its text between what is filled in.
    let pieces: [String]
    /// It with a 1 for each value and each list of columns, nil where a part of another text is filled in.
    let explainable: String?

    /// Whether a statement that was asked came of it.
    func hasBecome(_ asked: String) -> Bool {
        var rest = asked[...]
        for piece in pieces {
            guard let found = rest.range(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }

    /// Whether it only adds rows that it was given.
    var readsNothing: Bool {
        pieces.first?.hasPrefix("INSERT") == true && !pieces.contains { $0.contains("SELECT") }
    }

    func isOne(of file: String, _ start: String) -> Bool {
        self.file == file && pieces.joined(separator: " 1 ").hasPrefix(start)
    }

    static func inOneLine(_ text: some StringProtocol) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    static func all() throws -> [WrittenStatement] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/Persistence/Tables").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let found = try files.filter { $0.pathExtension == "swift" }.flatMap { file in
            let name = file.deletingPathExtension().lastPathComponent
            return Self.all(in: try String(contentsOf: file, encoding: .utf8), file: name)
        }
        #expect(found.count > 200)
        return found
    }

    /// Those in the text of a file. What is filled in is text of its own and counts where it is asked for.
    static func all(in text: String, file: String) -> [WrittenStatement] {
        let code = filled(text.replacing(/(?m)^ *\/\/.*$/, with: ""))
        return code.matches(of: /"""((?:.|\n)*?)"""|"([^"\n]*)"/).compactMap { literal in
            let text = inOneLine(literal.1 ?? literal.2 ?? "")
            guard text.prefixMatch(of: /(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/) != nil else { return nil }
            let pieces = text.split { $0 == value || $0 == part }.map(inOneLine)
            return WrittenStatement(
                file: file, pieces: pieces.filter { !$0.isEmpty },
                explainable: text.contains(part) ? nil : text.replacing(String(value), with: "1"))
        }
    }

    /// What stands for a value, and for a part of another text.
    private static let value: Character = "\u{E000}"
    private static let part: Character = "\u{E001}"

    /// A text with one character for each interpolation.
    private static func filled(_ text: String) -> String {
        var filled = ""
        var rest = text[...]
        while let start = rest.range(of: "\\(") {
            filled += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            filled.append(rest.hasPrefix("part:") ? part : value)
            var depth = 1
            rest = rest.drop { character in
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                return depth > 0
            }.dropFirst()
        }
        return filled + rest
    }
}
