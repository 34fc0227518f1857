import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// Asks before somebody is removed, and what shall become of what they look after.
struct RemovePersonPage: Page {
    static let template = PageTemplate.removePerson
    static let scripts: [Script] = [.menus, .times]
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
        let heirs: [SelectOption]
        let items: [Item]
    }

    /// A credential, with what can be done about it before.
    struct Item: Hashable, Sendable {
        let words: String
        let steps: [DetailAction]
    }

    /// What the field says that asks who takes over, where nobody does and the keys are disabled.
    static let disables = "disable"

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
            "The access that they gave to \(entered.words[.app].plural) ends too.",
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
                heirs: [SelectOption(value: "", words: "Nobody: leave it behind", isChosen: false)]
                    + Self.disabling(credentials, entered)
                    + heirs.filter { $0.id != member.id }.map { heir in
                        let isMe = heir.id == entered.me.member.id
                        return SelectOption(
                            value: heir.id.description,
                            words: isMe ? "Hand over to you" : "Hand over to \(heir.name), \(heir.email)",
                            isChosen: isMe)
                    },
                items: credentials.prefix(10).map {
                    Item(
                        words: "\($0.name) (\(entered.words[$0.id.kind.term].singular), \($0.organizationName))",
                        steps: $0.steps(entered, backTo: entered.visit.path))
                })
        button = "Remove \(person.singular)"
        cancelLink = entered.link(.person, id)
        self.notice = notice
    }

    /// To leave it behind with its keys disabled, where there are such keys and one may.
    private static func disabling(
        _ credentials: [StewardedCredential], _ entered: ConsoleVisit
    ) -> [SelectOption] {
        let count = credentials.workingKeys(entered).count
        guard count > 0 else { return [] }
        let word = entered.words[.apiKey]
        let many = count == 1 ? "the \(word.singular)" : "the \(count) \(word.plural) that work"
        return [
            SelectOption(value: disables, words: "Nobody: leave it behind, and disable \(many)", isChosen: false)
        ]
    }
}

extension [StewardedCredential] {
    /// The keys among them that work and that one may disable.
    fileprivate func workingKeys(_ entered: ConsoleVisit) -> [StewardedCredential] {
        guard entered.actor.permissions.contains(.apiKeysManage), entered.sees(.apiKeys) else { return [] }
        return filter { $0.id.kind == .apiKey && $0.works(at: entered.now) }
    }

    /// The way to disable all keys, nil where there is none that one may.
    func disabling(_ entered: ConsoleVisit, _ page: ConsolePage, _ identifiers: String...) -> PageLink? {
        guard !workingKeys(entered).isEmpty else { return nil }
        return PageLink(
            words: "Disable all \(entered.words[.apiKey].plural)", address: entered.link(page, at: identifiers))
    }
}
