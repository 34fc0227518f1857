import Templating

/// Parts of one thing, each at an address of its own; six at most.
struct Tabs: Hashable, Sendable {
    struct Item: Hashable, Sendable {
        let words: String
        let address: String
        let isCurrent: Bool
    }

    /// What they are parts of, for who does not see it.
    let title: String
    let items: [Item]
}

extension Tabs: TemplateReadable {
    static let templateNames: TemplateNames = ["title", "items"]
    var templateValues: [TemplateValue] { [.of(title), .of(items)] }
}

extension Tabs.Item: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "address", "isCurrent"]
    var templateValues: [TemplateValue] { [.of(words), .of(address), .of(isCurrent)] }
}
