import Templating

/// What is known of a thing under one term.
struct Fact: Hashable, Sendable {
    let term: String
    var text = ""
    /// Whether it is compared letter by letter.
    var isCode = false
    /// Whether there is a button that copies it, where scripts may run.
    var isCopied = false
    /// In the place of a text.
    var time: TimeWords?
    /// Behind the time.
    var after: String?
    /// What else there is to say of it.
    var under: String?
}

extension Fact: TemplateReadable {
    static let templateNames: TemplateNames = ["term", "text", "isCode", "isCopied", "time", "after", "under"]
    var templateValues: [TemplateValue] {
        [.of(term), .of(text), .of(isCode), .of(isCopied), .of(time), .of(after), .of(under)]
    }
}
