import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// One person: who they are, what they may, where they are signed in, and what they look after.
struct PersonPage: Page {
    static let template = PageTemplate.person
    static let scripts: [Script] = [.menus, .times]
    var title: String { pageHead.title }

    struct Session: Hashable, Sendable {
        let id: String
        let device: String
        let seen: TimeWords
        let place: String?
        let begun: TimeWords
        /// Nil for who may not end it.
        let endAction: String?
        let endToken: String
    }

    /// What can be done, as a line with a link.
    struct Act: Hashable, Sendable {
        let words: String
        let explanation: String
        let button: String
        let address: String
        let isDangerous: Bool
    }

    let shell: Shell?
    let pageHead: PageHead
    let facts: [Fact]
    let sessions: [Session]
    let hasSessions: Bool
    let credentials: [CredentialRow]
    let hasCredentials: Bool
    let credentialsWords: String
    let handOverLink: String?
    /// Nil where there is no key that one may disable.
    let disabling: PageLink?
    let acts: [Act]
    let hasActs: Bool
    var notice: Notice?

    /// What is known of them.
    struct Known: Sendable {
        let listed: ListedMember
        let sessions: [MemberSession]
        let credentials: [StewardedCredential]
        let hasMoreCredentials: Bool
        /// The contact that they are, nil for none, and for who does not see contacts.
        let contact: Contact?
    }

    init(_ entered: ConsoleVisit, _ known: Known) {
        let member = known.listed.member
        let id = member.id.description
        let words = entered.words
        let manages = entered.may(.membersManage)
        shell = entered.shell(below: member.name)
        pageHead = PageHead(
            title: member.name, lead: member.email.text,
            action: manages ? PageLink(words: "Edit", address: entered.link(.editPerson, id)) : nil, reason: nil)
        let people = PersonWords(product: entered.product)
        let roles = member.roles.map { entered.product.role($0)?.title ?? $0 }
        let knownFacts: [Fact?] = [
            Fact(term: words[.organization].capitalized, text: known.listed.organizationName),
            Fact(
                term: roles.count == 1 ? "Role" : "Roles", text: roles.isEmpty ? "None" : roles.joined(separator: ", ")),
            member.permissions.isEmpty
                ? nil
                : Fact(
                    term: "Single permissions", text: member.permissions.map(people.title).joined(separator: ", ")),
            Fact(
                term: "Sign-in",
                text: member.hasPassword
                    ? "With a password" : known.listed.isInvited ? "Invited, no password yet" : "No password"),
            Fact(term: "Two-step verification", text: known.listed.hasSecondFactor ? "On" : "Off"),
            Fact(
                term: "E-mail address", text: member.emailProof == nil ? "Not verified" : "Verified"),
            Fact(term: "Here since", text: DateWords.day(member.createdAt)),
            Fact(term: "ID", text: id, isCode: true),
        ]
        facts = knownFacts.compactMap(\.self)
        sessions = known.sessions.map { session in
            Session(
                id: session.id.description, device: DeviceWords.text(of: session.userAgent),
                seen: TimeWords(session.seenAt, now: entered.now, after: "Last active "),
                place: session.address?.description,
                begun: TimeWords(session.createdAt, now: entered.now),
                endAction: manages ? entered.link(.endSessionOfPerson, id, session.id.description) : nil,
                endToken: entered.token(sentTo: .endSessionOfPerson, id, session.id.description))
        }
        hasSessions = !sessions.isEmpty
        credentials = known.credentials.map { CredentialRow($0, entered, backTo: entered.visit.path) }
        disabling = known.credentials.disabling(entered, .disableKeysOfPerson, id)
        hasCredentials = !credentials.isEmpty
        credentialsWords =
            "What \(member.name) created or took over"
            + (known.hasMoreCredentials ? "; the first \(known.credentials.count)." : ".")
        handOverLink = manages && hasCredentials ? entered.link(.handOverFromPerson, id) : nil
        let contact = known.contact.map { Self.act(of: $0, entered) }
        acts = [contact].compactMap(\.self) + (manages ? Self.acts(entered, known) : [])
        hasActs = !acts.isEmpty
        notice = entered.doneNotice
    }

    private static func act(of contact: Contact, _ entered: ConsoleVisit) -> Act {
        let words = entered.words
        return Act(
            words: contact.name,
            explanation:
                "\(words[.contact].indefinite.capitalizedFirst): \(words[.integration].plural) act for them with \(words[.accessKey].plural).",
            button: "Open", address: entered.link(.contact, contact.id.description), isDangerous: false)
    }

    private static func acts(_ entered: ConsoleVisit, _ known: Known) -> [Act] {
        let member = known.listed.member
        let id = member.id.description
        let link =
            member.hasPassword
            ? Act(
                words: "Password", explanation: "A link to set a new one. It works once, for an hour.",
                button: "Reset", address: entered.link(.resetPasswordOfPerson, id), isDangerous: false)
            : Act(
                words: "Invitation", explanation: "A link to set a password. It works once, for 7 days.",
                button: "Invite", address: entered.link(.invitePerson, id), isDangerous: false)
        let factor = Act(
            words: "Two-step verification", explanation: "For when they’ve lost their phone and recovery codes.",
            button: "Remove", address: entered.link(.removeSecondFactorOfPerson, id), isDangerous: false)
        let removal = Act(
            words: "Remove \(member.name)", explanation: "They can’t sign in here any more.", button: "Remove",
            address: entered.link(.removePerson, id), isDangerous: true)
        return [link] + (known.listed.hasSecondFactor ? [factor] : []) + [removal]
    }
}
