import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import Templating

/// The people of an organization and those below it.
struct PeoplePage: Page {
    static let template = PageTemplate.people
    static let scripts: [Script] = [.menus, .copy, .times]
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
    /// The order, which a form that is sent keeps.
    let sort: String?
    let filters: Chips?
    let columns: [ListPage.Column]
    let rows: [Row]
    let hasRows: Bool
    let hasPlaces: Bool
    let paging: Paging?
    let nothing: EmptyState?
    var notice: Notice?

    /// - Parameters:
    ///   - count: How many there are in all.
    ///   - leftCount: How many credentials nobody looks after.
    init(
        _ entered: ConsoleVisit, _ found: OrderedListing<ListedMember>, _ request: ListRequest, count: Int,
        leftCount: Int
    ) {
        let words = entered.words
        let person = words[.member]
        let people = PersonWords(product: entered.product)
        let shown = found.items
        let role = request.choice("role")
        let manages = entered.may(.membersManage)
        shell = entered.shell()
        let counted = count >= Self.countedTo ? "\(Self.countedTo) or more" : "\(count)"
        pageHead = PageHead(
            title: entered.heading,
            lead:
                "\(counted) \(count == 1 ? person.singular : person.plural) in \(entered.organization.name) and below.",
            action: manages
                ? entered.makingLink("Invite \(person.indefinite)", to: .newPerson) : nil, reason: nil)
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
        search = request.search ?? ""
        sort = request.sort?.text
        roles = entered.product.roles.filter { !$0.isForOperator || entered.me.isOperator }.map {
            Option(value: $0.name, words: $0.title ?? $0.name, isChosen: $0.name == role)
        }
        filters = Self.chips(entered, request)
        let places = Set(shown.map(\.member.organization))
        hasPlaces = places.count > 1 || places.first.map { $0 != entered.organization.id } ?? false
        columns = Self.columns(entered, request, hasPlaces: hasPlaces)
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
        let isNarrow = request.search != nil || role != nil
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
                    : manages ? entered.makingLink("Invite \(person.indefinite)", to: .newPerson) : nil,
                code: isNarrow ? nil : Self.example(entered))
        paging =
            found.next != nil || request.after != nil
            ? Paging(
                words: "\(shown.count) on this page",
                nextLink: found.next.map { entered.link(.people, query: request.query(after: $0)) },
                firstLink: request.after.map { _ in
                    PageLink(words: "First page", address: entered.link(.people, query: request.query()))
                }) : nil
        notice = entered.visit.done.map { .good($0.words(in: words)) }
    }

    /// How one is made by a program, for who may, with a role of this product.
    private static func example(_ entered: ConsoleVisit) -> CodeBlock {
        let commands = ManagementCommands(entered)
        guard entered.may(.membersManage) else { return commands.listing("members") }
        let role = entered.product.roles.first { !$0.isForOperator }?.name ?? ""
        return commands.making(
            "members", #"{"name":"Ada Lovelace","email":"ada@example.com","roles":["\#(role)"]}"#)
    }

    private static func columns(
        _ entered: ConsoleVisit, _ request: ListRequest, hasPlaces: Bool
    ) -> [ListPage.Column] {
        let standard = ListRequest.Sort(column: MemberQuery.Order.created.rawValue, isDescending: false)
        func ordered(_ words: String, _ order: MemberQuery.Order) -> ListPage.Column {
            request.column(words, by: order.rawValue, standard: standard, startsDescending: order == .created) {
                entered.link(.people, query: $0)
            }
        }
        return [ordered("Name", .name), ListPage.Column(words: "Status")]
            + (hasPlaces ? [ordered(entered.words[.organization].capitalized, .organization)] : [])
            + [ListPage.Column(words: "Roles"), ListPage.Column(words: "Two-step"), ordered("Since", .created)]
    }

    private static func chips(_ entered: ConsoleVisit, _ request: ListRequest) -> Chips? {
        let search = request.search.map { text in
            Chip(
                words: "Search: \(text)",
                removeLink: entered.link(.people, query: request.query(search: .some(nil))))
        }
        let role = request.choice("role").map { role in
            Chip(
                words: "Role: \(entered.product.role(role)?.title ?? role)",
                removeLink: entered.link(.people, query: request.query(without: "role")))
        }
        let chips = [search, role].compactMap(\.self)
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

extension PeoplePage.Row: TemplateReadable {
    static let templateNames: TemplateNames = [
        "name", "email", "address", "place", "rights", "badge", "factor", "since", "rowMenu",
    ]
    var templateValues: [TemplateValue] {
        [
            .of(name), .of(email), .of(address), .of(place), .of(rights), .of(badge), .of(factor), .of(since),
            .of(rowMenu),
        ]
    }
}

extension PeoplePage.Option: TemplateReadable {
    static let templateNames: TemplateNames = ["value", "words", "isChosen"]
    var templateValues: [TemplateValue] { [.of(value), .of(words), .of(isChosen)] }
}
