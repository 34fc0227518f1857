/// Asks as which of several members to go on.
struct ChooseOrganizationPage: Page {
    static let template = PageTemplate.chooseOrganization
    var title: String { "Where do you want to go?" }

    let action: String
    let token: String
    let ticket: String
    let continuation: String?
    let choices: [Choice]
    var notice: Notice?
}

/// One of several that can be chosen.
struct Choice: Hashable, Sendable {
    let id: String
    let name: String
    let detail: String?
    let isChosen: Bool
}
