import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// Asks before an organization is deleted.
struct DeleteOrganizationPage: Page {
    static let template = PageTemplate.confirmationPage
    static let scripts: [Script] = [.menus]
    var title: String { confirmation.title }

    let shell: Shell?
    let confirmation: Confirmation
    var notice: Notice?

    init(_ entered: ConsoleVisit, _ notice: Notice? = nil) {
        let word = entered.words[.organization].singular
        shell = entered.shell(below: "Delete")
        confirmation = Confirmation(
            title: "Delete \(entered.organization.name)?",
            consequence: "Only an empty \(word) can be deleted. This can’t be undone.",
            verb: "Delete \(word)", action: entered.link(.deleteOrganization),
            token: entered.token(sentTo: .deleteOrganization), fields: [], cancelLink: entered.link(.organizations),
            alternative: nil, isTyped: false, expected: "")
        self.notice = notice
    }
}
