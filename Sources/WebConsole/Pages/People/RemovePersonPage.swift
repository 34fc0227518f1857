import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// Asks before somebody is removed, and what shall become of what they look after.
struct RemovePersonPage: Page {
    static let template = PageTemplate.removePerson
    var title: String { heading }

    let shell: Shell?
    let heading: String
    let consequences: [String]
    let action: String
    let token: String
    /// What they look after, nil for nothing.
    let legacy: Legacy?
    let button: String
    let cancelLink: String
    var notice: Notice?

    struct Legacy: Hashable, Sendable {
        /// `3 credentials that Ada looks after go to`
        let label: String
        let heirs: [PeoplePage.Option]
        let names: [String]
    }

    /// - Parameter contact: The contact that they are, as far as who asks may see that.
    init(
        _ entered: ConsoleVisit, _ member: Member, sessions: Int, _ credentials: [StewardedCredential],
        contact: Contact?, heirs: [Member], _ notice: Notice? = nil
    ) {
        let id = member.id.description
        let person = entered.words[.member]
        shell = entered.shell(below: "Remove", Crumb(words: member.name, address: entered.link(.person, id)))
        heading = "Remove \(member.name)?"
        let count = credentials.count
        let many = count >= HandOverFromPersonPage.most ? "\(count) or more credentials" : "\(count) credentials"
        let sentences: [String?] = [
            sessions == 0
                ? "\(member.name) can’t sign in here any more."
                : "\(member.name) is signed out everywhere at once (\(sessions)) and can’t sign in here any more.",
            "What \(entered.words[.app].plural) may do for them ends with it.",
            contact.map {
                "\($0.name) stays \(entered.words[.contact].indefinite), who doesn’t sign in: \(entered.words[.integration].plural) go on to act for them."
            },
            count == 0
                ? nil
                : "What they created keeps working: it belongs to \(entered.organization.name), not to the \(person.singular).",
        ]
        consequences = sentences.compactMap(\.self)
        action = entered.link(.removePerson, id)
        token = entered.token(sentTo: .removePerson, id)
        legacy =
            count == 0
            ? nil
            : Legacy(
                label: "\(count == 1 ? "1 credential" : many) that \(member.name) looks after",
                heirs: [PeoplePage.Option(value: "", words: "Nobody: leave it behind", isChosen: false)]
                    + heirs.filter { $0.id != member.id }.map { heir in
                        let isMe = heir.id == entered.me.member.id
                        return PeoplePage.Option(
                            value: heir.id.description,
                            words: isMe ? "Hand over to you" : "Hand over to \(heir.name), \(heir.email)",
                            isChosen: isMe)
                    },
                names: credentials.prefix(10).map {
                    "\($0.name) (\(entered.words[$0.id.kind.term].singular), \($0.organizationName))"
                })
        button = "Remove \(person.singular)"
        cancelLink = entered.link(.person, id)
        self.notice = notice
    }
}
