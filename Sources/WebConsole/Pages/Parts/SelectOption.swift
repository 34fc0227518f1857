import Templating

/// One of several in a list to choose from.
struct SelectOption: Hashable, Sendable {
    let value: String
    let words: String
    let isChosen: Bool
}

extension SelectOption: TemplateReadable {
    static let templateNames: TemplateNames = ["value", "words", "isChosen"]
    var templateValues: [TemplateValue] { [.of(value), .of(words), .of(isChosen)] }
}
