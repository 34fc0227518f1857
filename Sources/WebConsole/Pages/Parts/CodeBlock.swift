import Templating

/// Code to run, or a secret to keep.
struct CodeBlock: Hashable, Sendable {
    /// What it is, for who does not see it.
    let label: String
    let text: String
    /// Whether all of it is taken at once, and lines break wherever they have to.
    let isSecret: Bool
    /// Whether lines break wherever they have to, though it is no secret.
    let isWhole: Bool
    /// The same in other languages.
    let tabs: [Tabs.Item]
    let hasTabs: Bool

    init(_ text: String, label: String, isSecret: Bool = false, isWhole: Bool = false, tabs: [Tabs.Item] = []) {
        self.text = text
        self.label = label
        self.isSecret = isSecret
        self.isWhole = isWhole
        self.tabs = tabs
        hasTabs = !tabs.isEmpty
    }
}

extension CodeBlock: TemplateReadable {
    static let templateNames: TemplateNames = ["label", "text", "isSecret", "isWhole", "tabs", "hasTabs"]
    var templateValues: [TemplateValue] {
        [.of(label), .of(text), .of(isSecret), .of(isWhole), .of(tabs), .of(hasTabs)]
    }
}
