/// Says something, and where to go on.
struct MessagePage: Page {
    static let template = PageTemplate.message
    var title: String { heading }

    let heading: String
    let paragraphs: [String]
    var link: PageLink?
    /// Whether there is nothing to do here, so that the link steps back.
    var isQuiet = false
    var shell: Shell?
}
