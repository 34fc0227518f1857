import Templating

/// A word beside a thing that is not as usual. What is as usual has none.
struct Badge: Hashable, Sendable {
    enum Look: String, Sendable {
        case neutral = "badge-neutral"
        case good = "badge-good"
        case info = "badge-info"
        case caution = "badge-caution"
        case bad = "badge-bad"
    }

    /// The class of its look.
    let look: String
    let words: String

    init(_ look: Look, _ words: String) {
        self.look = look.rawValue
        self.words = words
    }
}

extension Badge: TemplateReadable {
    static let templateNames: TemplateNames = ["look", "words"]
    var templateValues: [TemplateValue] { [.of(look), .of(words)] }
}
