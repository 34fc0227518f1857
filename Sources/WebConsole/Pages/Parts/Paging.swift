import Templating

/// The end of a list.
struct Paging: Hashable, Sendable {
    /// `1 to 50 of 500`
    let words: String
    let nextLink: String?
    /// Back to the beginning, nil where this is it.
    var firstLink: PageLink?
}

extension Paging: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "nextLink", "firstLink"]
    var templateValues: [TemplateValue] { [.of(words), .of(nextLink), .of(firstLink)] }
}
