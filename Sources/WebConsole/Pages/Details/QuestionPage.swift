/// A question before what cannot be undone.
struct QuestionPage: Page {
    static let template = PageTemplate.question
    static let scripts: [Script] = [.menus]
    var title: String { confirmation.title }

    let shell: Shell?
    let confirmation: Confirmation
    var notice: Notice?
}
