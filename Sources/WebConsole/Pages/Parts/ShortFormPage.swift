/// Asks for a line or two.
struct ShortFormPage: Page {
    static let template = PageTemplate.shortForm
    static let scripts: [Script] = [.menus]
    let title: String

    let shell: Shell?
    let lead: String
    let sentTo: String
    let token: String
    /// A name for this attempt, nil where nothing is made.
    let attempt: String?
    let inputs: [LabelledInput]
    var choices: [LabelledChoice] = []
    let verb: String
    let cancelLink: String
    let notice: Notice?
}
