/// What stands between `{{` and `}}`.
struct TemplateTag: Sendable {
    enum Kind: Sendable {
        case variable, section, inverted, end, partial, comment
    }

    let kind: Kind
    /// Without the sign of its kind.
    let name: String
    /// From 1.
    let line: Int

    /// - Throws: A reason why it is no tag, or none of those that our templates use.
    init(_ text: String, line: Int) throws(Refusal) {
        kind =
            switch text.utf8.first {
            case UInt8(ascii: "#"): .section
            case UInt8(ascii: "^"): .inverted
            case UInt8(ascii: "/"): .end
            case UInt8(ascii: ">"): .partial
            case UInt8(ascii: "!"): .comment
            default: .variable
            }
        name = kind == .variable ? text : String(text.dropFirst())
        self.line = line
        guard kind == .comment || Self.isPath(name) else {
            throw Refusal(line: line, reason: "{{\(text)}} is no tag that templates may use")
        }
    }

    /// `.`, or names of letters, digits, lines and hyphens with a point between each two.
    private static func isPath(_ text: String) -> Bool {
        if text == "." { return true }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { name in
            !name.isEmpty && name.allSatisfy(isOfNames)
        }
    }

    private static func isOfNames(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    struct Refusal: Error {
        let line: Int
        let reason: String
    }

    /// Whether it takes its line with it where nothing else stands in that.
    var isStandalone: Bool { kind != .variable }

    /// The names on the way to the value, none for the value itself.
    var path: [TemplateName] { name.split(separator: ".").map { TemplateName(String($0)) } }
}
