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
        let kinds: [Character: Kind] = ["#": .section, "^": .inverted, "/": .end, ">": .partial, "!": .comment]
        kind = text.first.flatMap { kinds[$0] } ?? .variable
        name = kind == .variable ? text : String(text.dropFirst())
        self.line = line
        guard kind == .comment || name.contains(/^(?:\.|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/) else {
            throw Refusal(line: line, reason: "{{\(text)}} is no tag that templates may use")
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
