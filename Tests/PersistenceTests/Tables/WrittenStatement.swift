import Foundation
import Testing

/// A statement as it stands in a table's file.
struct WrittenStatement {
    let file: String
    /// Its text between what is filled in.
    let pieces: [String]
    /// It with a 1 for each value and each list of columns, nil where a part of another text is filled in.
    let explainable: String?
    /// It as somebody would have written it who forgot its filter, nil where a part of another text is left: without its outermost
    /// conditions, order and limit, and with NULL for each value.
    let filterless: String?

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
            let pieces = text.split { $0 == value || $0 == columns || $0 == part }.map(inOneLine)
            let plain = text.replacing(String(columns), with: "1")
            let filterless = withoutFilter(plain)
            return WrittenStatement(
                file: file, pieces: pieces.filter { !$0.isEmpty },
                explainable: plain.contains(part) ? nil : plain.replacing(String(value), with: "1"),
                filterless: filterless.contains(part) ? nil : filterless.replacing(String(value), with: "NULL"))
        }
    }

    /// What stands for a value, for fixed text such as a list of columns, and for a part of another text.
    private static let value: Character = "\u{E000}"
    private static let columns: Character = "\u{E002}"
    private static let part: Character = "\u{E001}"

    private static func withoutFilter(_ text: String) -> String {
        var (depth, isKept) = (0, true)
        let kept = text.split(separator: " ").filter { word in
            if depth == 0 {
                if ["WHERE", "ORDER", "LIMIT"].contains(word) { isKept = false }
                if ["GROUP", "RETURNING"].contains(word) { isKept = true }
            }
            depth += word.count { $0 == "(" } - word.count { $0 == ")" }
            return isKept
        }
        return kept.joined(separator: " ")
    }

    /// A text with one character for each interpolation.
    private static func filled(_ text: String) -> String {
        var filled = ""
        var rest = text[...]
        while let start = rest.range(of: "\\(") {
            filled += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            filled.append(rest.hasPrefix("part:") ? part : rest.hasPrefix("fixed:") ? columns : value)
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
