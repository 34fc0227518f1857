import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// The people of an organization and those below it.
struct PeoplePage: Page {
    static let template = PageTemplate.people
    static let pageSize = 50
    /// How far is counted.
    static let countedTo = 10_000
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let name: String
        let email: String
        let address: String
        let place: String
        let rights: String
        let badge: Badge?
        let factor: String
        let since: TimeWords
        let rowMenu: RowMenu?
    }

    struct Option: Hashable, Sendable {
        let value: String
        let words: String
        let isChosen: Bool
    }

    /// That somebody left something behind.
    struct Left: Hashable, Sendable {
        let words: String
        let address: String
    }

    let shell: Shell?
    let pageHead: PageHead
    let tabs: Tabs?
    let left: Left?
    let searchAt: String
    let search: String
    let roles: [Option]
    let filters: Chips?
    let rows: [Row]
    let hasRows: Bool
    let hasPlaces: Bool
    let paging: Paging?
    let nothing: EmptyState?
    var notice: Notice?

    /// - Parameters:
    ///   - found: One more than a page holds, where there are as many.
    ///   - count: How many there are in all.
    ///   - leftCount: How many credentials nobody looks after.
    init(_ entered: ConsoleVisit, _ found: [ListedMember], _ query: MemberQuery, count: Int, leftCount: Int) {
        let words = entered.words
        let person = words[.member]
        let people = PersonWords(product: entered.product)
        let shown = found.prefix(Self.pageSize)
        let manages = entered.may(.membersManage)
        shell = entered.shell()
        let counted = count >= Self.countedTo ? "\(Self.countedTo) or more" : "\(count)"
        pageHead = PageHead(
            title: entered.heading,
            lead:
                "\(counted) \(count == 1 ? person.singular : person.plural) in \(entered.organization.name) and below.",
            action: manages
                ? PageLink(words: "Invite \(person.indefinite)", address: entered.link(.newPerson)) : nil, reason: nil)
        tabs = entered.sectionTabs
        left =
            leftCount == 0
            ? nil
            : Left(
                words: leftCount == 1
                    ? "Nobody looks after 1 credential any more, because whoever did has left."
                    : "Nobody looks after \(leftCount) credentials any more, because whoever did has left.",
                address: entered.link(.leftBehind))
        searchAt = entered.link(.people)
        search = query.search?.text ?? ""
        roles = entered.product.roles.filter { !$0.isForOperator || entered.me.isOperator }.map {
            Option(value: $0.name, words: $0.title ?? $0.name, isChosen: $0.name == query.role)
        }
        filters = Self.chips(entered, query)
        let places = Set(shown.map(\.member.organization))
        hasPlaces = places.count > 1 || places.first.map { $0 != entered.organization.id } ?? false
        rows = shown.enumerated().map { index, listed in
            let member = listed.member
            let id = member.id.description
            return Row(
                name: member.name, email: member.email.text,
                address: entered.link(.person, id, in: member.organization), place: listed.organizationName,
                rights: people.rights(of: member), badge: PersonWords.badge(listed),
                factor: listed.hasSecondFactor ? "On" : "Off", since: TimeWords(member.createdAt, now: entered.now),
                rowMenu: manages ? Self.menu(entered, member, index, of: shown.count) : nil)
        }
        hasRows = !rows.isEmpty
        let isNarrow = query.search != nil || query.role != nil
        nothing =
            hasRows
            ? nil
            : EmptyState(
                title: isNarrow ? "Nothing matches" : "Nobody yet",
                words: isNarrow
                    ? "Nobody here has that name, e-mail address and role."
                    : "\(person.capitalizedPlural) sign in here and do what their roles let them.",
                action: isNarrow
                    ? PageLink(words: "Clear filters", address: entered.link(.people))
                    : manages ? PageLink(words: "Invite \(person.indefinite)", address: entered.link(.newPerson)) : nil,
                code: nil)
        paging =
            found.count > Self.pageSize || query.after != nil
            ? Paging(
                words: "\(shown.count) on this page",
                nextLink: found.count > Self.pageSize
                    ? shown.last.map { last in
                        entered.link(.people, query: Self.parameters(query) + [("after", last.member.id.description)])
                    } : nil) : nil
        notice = entered.visit.done.map { .good($0.words(in: words)) }
    }

    private static func parameters(_ query: MemberQuery) -> [(String, String)] {
        [query.search.map { ("q", $0.text) }, query.role.map { ("role", $0) }].compactMap(\.self)
    }

    private static func chips(_ entered: ConsoleVisit, _ query: MemberQuery) -> Chips? {
        var chips: [Chip] = []
        if let search = query.search {
            var rest = query
            rest.search = nil
            chips.append(
                Chip(words: "Search: \(search.text)", removeLink: entered.link(.people, query: parameters(rest))))
        }
        if let role = query.role {
            var rest = query
            rest.role = nil
            chips.append(
                Chip(
                    words: "Role: \(entered.product.role(role)?.title ?? role)",
                    removeLink: entered.link(.people, query: parameters(rest))))
        }
        return chips.isEmpty ? nil : Chips(chips: chips, clearLink: entered.link(.people))
    }

    private static func menu(
        _ entered: ConsoleVisit, _ member: Member, _ index: Int, of count: Int
    ) -> RowMenu {
        let id = member.id.description
        func item(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, id, in: member.organization), form: nil)
        }
        return RowMenu(
            of: member.name, row: index, of: count,
            items: [
                item("Edit", .editPerson),
                member.hasPassword
                    ? item("Password reset link", .resetPasswordOfPerson) : item("Invitation link", .invitePerson),
                item("Hand over", .handOverFromPerson),
            ],
            dangerous: [item("Remove", .removePerson)])
    }
}
