import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// What somebody looks after, or left behind, and to whom it goes.
struct HandOverFromPersonPage: Page {
    static let template = PageTemplate.handOverFromPerson
    static let scripts: [Script] = [.menus, .times]
    /// How many are on the page.
    static let most = 200
    /// To how many it can go.
    static let mostHeirs = 200
    var title: String { pageHead.title }

    let shell: Shell?
    let pageHead: PageHead
    let sentTo: String
    let token: String
    /// The same may be handed over again once it has come back.
    let idempotencyKey: String
    let credentials: [CredentialRow]
    let hasCredentials: Bool
    let heirs: [SelectOption]
    let heirError: String?
    let cancelLink: String
    /// Nil where there is no key that one may disable.
    let disabling: PageLink?
    var notice: Notice?

    /// - Parameters:
    ///   - name: Whose it is, or was.
    ///   - isHere: Whether they still are.
    init(
        _ entered: ConsoleVisit, _ id: ID<Member>, name: String, isHere: Bool, _ credentials: [StewardedCredential],
        heirs: [Member], chosen: Set<String>? = nil, _ errors: FieldErrors = .none
    ) {
        let text = id.description
        let back = isHere ? entered.link(.person, text) : entered.link(.leftBehind)
        let title = "Hand over from \(name)"
        shell = entered.shell(
            below: "Hand over", Crumb(words: isHere ? name : "Left behind", address: back))
        pageHead = PageHead(
            title: title,
            lead: credentials.isEmpty
                ? "\(name) looks after nothing that you may change."
                : "Whoever takes over is asked when something expires or has to be rotated. It gives them no further right.",
            action: nil, reason: nil)
        sentTo = entered.link(.handOverFromPerson, text)
        token = entered.token(sentTo: .handOverFromPerson, text)
        idempotencyKey = FormRepetitions.idempotencyKey()
        // Of somebody who is gone nothing more is known than what they left: with the last of it this page is gone too.
        let origin =
            isHere || credentials.count > 1
            ? entered.visit.path : ConsolePage.leftBehind.path(in: entered.organization.id.description)
        self.credentials = credentials.map { CredentialRow($0, entered, backTo: origin) }
        disabling = credentials.disabling(entered, .disableKeysOfPerson, text)
        hasCredentials = !credentials.isEmpty
        let others = heirs.filter { $0.id != id }
        self.heirs = others.map { heir in
            SelectOption(
                value: heir.id.description,
                words: heir.id == entered.me.member.id ? "You (\(heir.name))" : "\(heir.name), \(heir.email)",
                isChosen: heir.id == entered.me.member.id)
        }
        heirError = errors["to"]
        cancelLink = back
        notice = errors.notice(besides: ["to"])
    }
}
