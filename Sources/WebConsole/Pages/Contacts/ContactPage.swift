import CredentialFormat
import Credentials
import Model
import ProductDefinition

/// What is known of one contact, with the access keys.
struct ContactPage: Page {
    static let template = PageTemplate.contact
    static let scripts: [Script] = [.menus, .copy, .times]
    var title: String { pageHead.title }

    /// An access key.
    struct Row: Hashable, Sendable {
        let name: String
        let hint: String
        /// What is not as usual, nil for as usual.
        let badge: Badge?
        let made: TimeWords
        /// Nil for never yet.
        let used: TimeWords?
        let from: String?
        let uses: String
        let rowMenu: RowMenu?
    }

    let shell: Shell?
    let pageHead: PageHead
    let warning: String?
    let facts: [Fact]
    let keysTitle: String
    let rows: [Row]
    let hasRows: Bool
    let nothing: String
    let changes: [PageLink]
    let deletion: PageLink?
    let notice: Notice?
}

extension ContactPage {
    /// - Parameter member: Who they are where they sign in, nil for who may not see that too.
    init(_ entered: ConsoleVisit, _ contact: Contact, _ keys: [AccessKey], home: String, member: Member?) {
        let (words, id) = (entered.words, contact.id.description)
        let (word, keyWord) = (words[.contact], words[.accessKey])
        let mayManage = entered.may(.contactsManage)
        let most = AccessKeyService.maximumPerContact
        let isFull = keys.count >= most
        shell = entered.shell(below: contact.name)
        pageHead = PageHead(
            title: contact.name,
            lead:
                "\(words[.integration].indefinite.capitalizedFirst) acts for them with one of these \(keyWord.plural). \(keys.count) of \(most).",
            action: mayManage && !isFull
                ? PageLink(words: "Create \(keyWord.singular)", address: entered.link(.newAccessKey, id)) : nil,
            reason: mayManage && isFull ? "All \(most) are taken. Delete one to make room." : nil)
        warning = contact.disabledAt.map { since in
            "Disabled since \(DateWords.minute(since)). No \(keyWord.singular) of theirs is accepted."
        }
        facts = [
            Fact(term: "E-mail", text: contact.email?.text ?? "Not given"),
            Self.signIn(contact, member, words),
            Fact(term: words[.organization].capitalized, text: home),
            Fact(term: "ID", text: id, isCode: true),
            Fact(term: "Created", text: DateWords.minute(contact.createdAt)),
        ]
        keysTitle = keyWord.capitalizedPlural
        rows = keys.enumerated().map { index, key in
            Self.row(key, of: id, index, of: keys.count, entered, mayManage: mayManage)
        }
        hasRows = !keys.isEmpty
        nothing = "No \(keyWord.plural) yet. Without one nothing can act for them."
        let state =
            contact.disabledAt == nil
            ? PageLink(words: "Disable", address: entered.link(.disableContact, id))
            : PageLink(words: "Enable", address: entered.link(.enableContact, id))
        let person = entered.sees(.people) ? member : nil
        changes =
            (person.map { [PageLink(words: "Open \($0.name)", address: entered.link(.person, $0.id.description))] }
                ?? [])
            + (mayManage ? [PageLink(words: "Edit", address: entered.link(.contactSettings, id)), state] : [])
        deletion =
            mayManage
            ? PageLink(words: "Delete \(word.singular)", address: entered.link(.deleteContact, id)) : nil
        notice = entered.doneNotice
    }

    private static func signIn(_ contact: Contact, _ member: Member?, _ words: ProductWords) -> Fact {
        guard contact.member != nil else { return Fact(term: "Signs in", text: "No") }
        guard let member else { return Fact(term: "Signs in", text: "As \(words[.member].indefinite)") }
        return Fact(term: "Signs in", text: "As \(member.name)", under: member.email.text)
    }

    private static func row(
        _ key: AccessKey, of contact: String, _ index: Int, of count: Int, _ entered: ConsoleVisit, mayManage: Bool
    ) -> Row {
        let id = key.id.description
        func entry(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, contact, id), form: nil)
        }
        let state = key.disabledAt == nil ? entry("Disable", .disableAccessKey) : entry("Enable", .enableAccessKey)
        return Row(
            name: key.name, hint: key.hint.text,
            badge: AccessKeyList.badge(key, isContactDisabled: false, at: entered.now, entered.product),
            made: TimeWords(key.rotatedAt, now: entered.now),
            used: key.lastUse.map { TimeWords($0.at, now: entered.now) },
            from: key.lastUse?.address.map { ", from \($0)" }, uses: "\(key.lastUse?.count ?? 0)",
            rowMenu: mayManage
                ? RowMenu(
                    of: key.name, row: index, of: count, items: [entry("Rotate", .rotateAccessKey), state],
                    dangerous: [entry("Delete", .deleteAccessKey)]) : nil)
    }
}
