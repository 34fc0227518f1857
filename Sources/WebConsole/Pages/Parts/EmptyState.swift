import Templating

/// What stands where a list would: nothing yet, or nothing that matches.
struct EmptyState: Hashable, Sendable {
    let title: String
    let words: String
    let action: PageLink?
    let code: CodeBlock?
}

extension EmptyState: TemplateReadable {
    static let templateNames: TemplateNames = ["title", "words", "action", "code"]
    var templateValues: [TemplateValue] { [.of(title), .of(words), .of(action), .of(code)] }
}
