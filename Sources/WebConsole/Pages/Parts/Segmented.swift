import Templating

/// One of a few words.
struct Segmented: Hashable, Sendable {
    struct Option: Hashable, Sendable {
        let value: String
        let words: String
        let isChosen: Bool
        /// Whether the product does not let it be chosen.
        var isOff = false
    }

    let legend: String
    let name: String
    let options: [Option]
    /// What it means, or who decides.
    let hint: String?
}

extension Segmented: TemplateReadable {
    static let templateNames: TemplateNames = ["legend", "name", "options", "hint"]
    var templateValues: [TemplateValue] { [.of(legend), .of(name), .of(options), .of(hint)] }
}

extension Segmented.Option: TemplateReadable {
    static let templateNames: TemplateNames = ["value", "words", "isChosen", "isOff"]
    var templateValues: [TemplateValue] { [.of(value), .of(words), .of(isChosen), .of(isOff)] }
}
