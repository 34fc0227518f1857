/// The text of a Swift file taken apart: its code without comments and strings, and its strings.
///
/// Knows as much of the language's grammar as that takes: nested comments, strings over several lines, raw strings,
/// interpolation. No regular expression literals.
struct SwiftText {
    /// The code, with a space for each comment and `""` for each string. Lines stay where they were.
    private(set) var code = ""
    /// The strings without their quotes, interpolations left out.
    private(set) var literals: [String] = []

    init(_ text: String) {
        var rest = Array(text)[...]
        code = readCode(&rest, until: nil)
    }

    /// Reads code up to the parenthesis that closes an interpolation, or to the end.
    private mutating func readCode(_ rest: inout ArraySlice<Character>, until end: Character?) -> String {
        var code = ""
        var depth = 0
        while let next = rest.first {
            if next == end, depth == 0 {
                rest.removeFirst()
                return code
            }
            if next == "/", rest.starts(with: "//") {
                rest = rest.drop { !$0.isNewline }
            } else if next == "/", rest.starts(with: "/*") {
                code += skipComment(&rest)
            } else if next == "#" || next == "\"", let quote = openQuote(rest) {
                code += readLiteral(&rest, quote)
            } else {
                if next == "(" { depth += 1 }
                if next == ")" { depth -= 1 }
                code.append(rest.removeFirst())
            }
        }
        return code
    }

    private func skipComment(_ rest: inout ArraySlice<Character>) -> String {
        var lines = " "
        var depth = 0
        repeat {
            if rest.starts(with: "/*") {
                depth += 1
                rest.removeFirst(2)
            } else if rest.starts(with: "*/") {
                depth -= 1
                rest.removeFirst(2)
            } else if let next = rest.popFirst() {
                if next.isNewline { lines.append(next) }
            }
        } while depth > 0 && !rest.isEmpty
        return lines
    }

    /// How a string begins: so many number signs, then one quote or three.
    private struct Quote {
        let signs: Int
        let isLong: Bool

        var length: Int { signs + (isLong ? 3 : 1) }
        var closing: String { (isLong ? "\"\"\"" : "\"") + String(repeating: "#", count: signs) }
        var escape: String { "\\" + String(repeating: "#", count: signs) }
    }

    private func openQuote(_ rest: ArraySlice<Character>) -> Quote? {
        let signs = rest.prefix { $0 == "#" }.count
        let after = rest.dropFirst(signs)
        guard after.first == "\"" else { return nil }
        return Quote(signs: signs, isLong: after.starts(with: "\"\"\""))
    }

    private mutating func readLiteral(_ rest: inout ArraySlice<Character>, _ quote: Quote) -> String {
        rest.removeFirst(quote.length)
        var literal = ""
        var lines = ""
        while let next = rest.first, next != "\"" || !rest.starts(with: quote.closing) {
            if next == "\\", rest.starts(with: quote.escape + "(") {
                rest.removeFirst(quote.escape.count + 1)
                lines += "(" + readCode(&rest, until: ")") + ")"
            } else if next == "\\", rest.starts(with: quote.escape) {
                rest.removeFirst(min(quote.escape.count + 1, rest.count))
            } else {
                rest.removeFirst()
                literal.append(next)
                if next.isNewline { lines.append(next) }
            }
        }
        rest.removeFirst(min(quote.closing.count, rest.count))
        literals.append(literal)
        return "\"\"" + lines
    }
}
