/// Asks before something that cannot be undone.
struct ConsequencePage: Page {
    static let template = PageTemplate.consequence
    static let scripts: [Script] = [.menus]
    var title: String { confirmation.title }

    let shell: Shell?
    let confirmation: Confirmation
    var notice: Notice?
}
