import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// Asks before somebody's second factor is removed.
struct RemoveFactorOfPersonPage: Page {
    static let template = PageTemplate.confirmationPage
    static let scripts: [Script] = [.menus]
    var title: String { confirmation.title }

    let shell: Shell?
    let confirmation: Confirmation

    init(_ entered: ConsoleVisit, _ member: Member) {
        let id = member.id.description
        shell = entered.shell(
            below: "Two-step verification", Crumb(words: member.name, address: entered.link(.person, id)))
        confirmation = Confirmation(
            title: "Remove two-step verification of \(member.name)?",
            consequence:
                "For who has lost phone and recovery codes. From then on the password is enough, until \(member.name) sets it up again. They’re told by e-mail.",
            verb: "Remove two-step verification", action: entered.link(.removeSecondFactorOfPerson, id),
            token: entered.token(sentTo: .removeSecondFactorOfPerson, id), fields: [],
            cancelLink: entered.link(.person, id), alternative: nil, isTyped: false, expected: "")
    }
}
