import CredentialFormat
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import SignIn

/// Invites somebody, or changes who is there.
struct EditPersonPage: Page {
    static let template = PageTemplate.editPerson
    static let scripts: [Script] = [.menus]
    var title: String { pageHead.title }

    let shell: Shell?
    let pageHead: PageHead
    let sentTo: String
    let token: String
    let form: PersonForm
    let button: String
    let cancelLink: String
    var notice: Notice?

    /// To invite somebody.
    init(inviting entered: ConsoleVisit, _ input: PersonForm.Input, _ errors: FieldErrors, sendsMail: Bool) {
        let person = entered.words[.member]
        let title = "Invite \(person.indefinite)"
        shell = entered.shell(below: title)
        pageHead = PageHead(title: title, lead: "To \(entered.organization.name).", action: nil, reason: nil)
        sentTo = entered.link(.newPerson)
        token = entered.token(sentTo: .newPerson)
        form = PersonForm(
            entered, input, errors,
            asksEmail: sendsMail
                ? "The invitation goes there." : "You’ll get a link to pass on: no e-mail is sent from here.")
        button = "Invite \(person.singular)"
        cancelLink = entered.link(.people)
        notice = errors.notice(besides: PersonForm.fields)
    }

    /// To change somebody.
    init(
        changing entered: ConsoleVisit, _ member: Member, _ input: PersonForm.Input, _ errors: FieldErrors,
        _ notice: Notice? = nil
    ) {
        let id = member.id.description
        shell = entered.shell(below: "Edit", Crumb(words: member.name, address: entered.link(.person, id)))
        pageHead = PageHead(title: "Edit \(member.name)", lead: nil, action: nil, reason: nil)
        sentTo = entered.link(.editPerson, id)
        token = entered.token(sentTo: .editPerson, id)
        form = PersonForm(
            entered, input, errors,
            asksEmail: member.hasPassword
                ? "A new address resets the password: \(member.name) is invited to set one there."
                : "\(member.name) signs in with it.")
        button = "Save changes"
        cancelLink = entered.link(.person, id)
        self.notice = notice ?? errors.notice(besides: PersonForm.fields)
    }
}
