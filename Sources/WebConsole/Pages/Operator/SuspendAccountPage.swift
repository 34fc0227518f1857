import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// Asks before an account is suspended, or resumed.
struct SuspendAccountPage: Page {
    static let template = PageTemplate.confirmationPage
    static let scripts: [Script] = [.menus]
    var title: String { confirmation.title }

    let shell: Shell?
    let confirmation: Confirmation
    var notice: Notice?

    init(_ entered: OperatorVisit, _ account: Account, _ notice: Notice? = nil) {
        let id = account.id.description
        let name = account.organization.name
        let isSuspended = account.suspendedAt != nil
        let word = entered.words[.account].singular
        shell = entered.shell(below: isSuspended ? "Resume" : "Suspend")
        confirmation = Confirmation(
            title: isSuspended ? "Resume \(name)?" : "Suspend \(name)?",
            consequence: isSuspended
                ? "Its people can sign in again, and what they had works again at once."
                : "At once, nobody of \(name) can sign in, and none of its credentials is accepted anywhere. Nothing is deleted; it all works again when you resume it.",
            verb: "\(isSuspended ? "Resume" : "Suspend") \(word)", action: entered.link(.suspendAccount, id),
            token: entered.token(sentTo: .suspendAccount, id),
            fields: [HiddenField(name: "suspended", value: isSuspended ? "no" : "yes")],
            cancelLink: entered.link(.account, id), alternative: nil, isTyped: false, expected: "")
        self.notice = notice
    }
}
