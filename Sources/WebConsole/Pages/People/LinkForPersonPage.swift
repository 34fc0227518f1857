import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// Asks whether somebody shall get a link, and shows it to who asked, where it does not go out by mail. Once: it is nowhere else.
struct LinkForPersonPage: Page {
    static let template = PageTemplate.linkForPerson
    static let scripts: [Script] = [.menus, .copy]
    var title: String { pageHead.title }

    let shell: Shell?
    let pageHead: PageHead
    /// What is asked; nil once it is answered.
    let question: Question?
    /// The link to hand over; nil where it was mailed, or nothing was answered yet.
    let handedOver: CodeBlock?
    let words: String
    let doneLink: String
    var notice: Notice?

    struct Question: Hashable, Sendable {
        let sentTo: String
        let token: String
        let button: String
    }

    private init(
        _ entered: ConsoleVisit, _ page: ConsolePage, _ member: Member, _ question: Question?, _ link: CodeBlock?,
        _ words: String
    ) {
        let id = member.id.description
        let title = page == .invitePerson ? "Invitation for \(member.name)" : "New password for \(member.name)"
        shell = entered.shell(below: title, Crumb(words: member.name, address: entered.link(.person, id)))
        pageHead = PageHead(title: title, lead: nil, action: nil, reason: nil)
        self.question = question
        handedOver = link
        self.words = words
        doneLink = entered.link(.person, id)
    }

    /// Before it is made.
    init(asking entered: ConsoleVisit, _ page: ConsolePage, _ member: Member, sendsMail: Bool) {
        let time = page == .invitePerson ? "7 days" : "an hour"
        let way =
            sendsMail
            ? "It goes to \(member.email.text)." : "You’ll see it once, to pass on: no e-mail is sent from here."
        self.init(
            entered, page, member,
            Question(
                sentTo: entered.link(page, member.id.description),
                token: entered.token(sentTo: page, member.id.description),
                button: page == .invitePerson ? "Create invitation" : "Create link"), nil,
            "The link works once, within \(time). Any earlier link stops working. \(way)")
    }

    /// After it was made.
    init(answering entered: ConsoleVisit, _ page: ConsolePage, _ member: Member, _ sent: SentLink) {
        self.init(
            entered, page, member, nil,
            sent.url.map { CodeBlock($0, label: "Link for \(member.name)", isSecret: true) },
            sent.isMailed
                ? "The link went to \(member.email.text)."
                : "Give it to \(member.name) in a way that nobody else can read. It’s shown only now, works once, and for \(page == .invitePerson ? "7 days" : "an hour")."
        )
    }
}
