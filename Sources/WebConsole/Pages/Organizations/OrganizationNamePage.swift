import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// Asks for the name of an organization.
struct OrganizationNamePage: Page {
    static let template = PageTemplate.organizationName
    static let scripts: [Script] = [.menus]
    var title: String { heading }

    let shell: Shell?
    let heading: String
    let lead: String
    let action: String
    let token: String
    /// A name for this form, so that a form that is sent twice makes one; nil where nothing is made.
    let idempotencyKey: String?
    let name: String
    let nameError: String?
    let button: String
    let cancelLink: String
    var notice: Notice?

    /// One to be made below the one that the page is about.
    init(creating entered: ConsoleVisit, name: String = "", _ errors: FieldErrors = .none) {
        let word = entered.words[.organization]
        heading = "Create \(word.singular)"
        lead = "Below \(entered.organization.name). People with a role there see it too."
        button = "Create \(word.singular)"
        shell = entered.shell(below: heading)
        action = entered.link(.newOrganization)
        token = entered.token(sentTo: .newOrganization)
        idempotencyKey = FormRepetitions.idempotencyKey()
        self.name = name
        nameError = errors["name"]
        cancelLink = entered.link(.organizations)
        notice = errors.notice(besides: ["name"])
    }

    /// Another name for the one that the page is about.
    init(renaming entered: ConsoleVisit, name: String? = nil, _ errors: FieldErrors = .none) {
        heading = "Rename \(entered.organization.name)"
        lead = "Its ID and everything in it stay the same."
        button = "Save name"
        shell = entered.shell(below: "Rename")
        action = entered.link(.renameOrganization)
        token = entered.token(sentTo: .renameOrganization)
        idempotencyKey = nil
        self.name = name ?? entered.organization.name
        nameError = errors["name"]
        cancelLink = entered.link(.organizations)
        notice = errors.notice(besides: ["name"])
    }
}
