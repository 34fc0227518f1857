import Credentials
import CredentialFormat
import Model
import Persistence
import ProductDefinition
import SignIn

/// The list of the people of an organization and those below it.
enum PeopleList {
    static let pageSize = 50
    /// How far is counted.
    static let countedTo = 10_000
    /// What stands before a role's name in its filter.
    private static let role = "role-"

    private enum Filter: String, CaseIterable {
        case withoutPassword = "no-password"
        case withoutSecondFactor = "no-two-step"
    }

    /// The roles first, in the order of the product.
    static func filters(_ entered: ConsoleVisit) -> ListFrame.Filters {
        let roles = entered.product.roles.filter { !$0.isForOperator || entered.me.isOperator }
        return roles.map { (role + $0.name, "Role: \($0.title ?? $0.name)") }
            + Filter.allCases.map { filter in
                switch filter {
                case .withoutPassword: (filter.rawValue, "No password yet")
                case .withoutSecondFactor: (filter.rawValue, "No two-step verification")
                }
            }
    }

    /// What the address asks for.
    static func query(_ request: ListRequest) -> MemberQuery {
        var query = MemberQuery()
        (query.search, query.after) = (NameSearch(request.search), request.after)
        query.roles = request.filters.filter { $0.hasPrefix(role) }.map { String($0.dropFirst(role.count)) }
        for filter in request.filters.compactMap(Filter.init) {
            switch filter {
            case .withoutPassword: query.withoutPassword = true
            case .withoutSecondFactor: query.withoutSecondFactor = true
            }
        }
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        return query
    }

    /// - Parameters:
    ///   - count: How many there are in all.
    ///   - inAccount: How many the account has.
    ///   - leftCount: How many credentials nobody looks after.
    static func page(
        _ entered: ConsoleVisit, _ request: ListRequest, _ filters: ListFrame.Filters,
        _ found: OrderedListing<ListedMember>, count: Int, ofAccount inAccount: Int, leftCount: Int
    ) -> ListPage {
        let (word, shown) = (entered.words[.member], found.items)
        let frame = ListFrame(
            entered, .people, request, filters, searchLabel: "Search by name or e-mail",
            standard: ListRequest.Sort(column: MemberQuery.Order.created.rawValue, isDescending: false))
        let limit = entered.terms.maximum(of: .members)
        let (mayInvite, isFull) = (entered.may(.membersManage), inAccount >= limit)
        let invite = mayInvite && !isFull ? entered.makingLink("Invite \(word.indefinite)", to: .newPerson) : nil
        let taken = isFull ? Numbers.words(limit) : many(inAccount)
        let used = "\(taken) of \(Numbers.words(limit)) in the \(entered.words[.account].singular)"
        let head = PageHead(
            title: entered.heading,
            lead:
                "\(many(count)) \(count == 1 ? word.singular : word.plural) in \(entered.organization.name) and below. \(used).",
            action: invite,
            reason: mayInvite && isFull ? "All \(Numbers.words(limit)) are taken. Remove one to make room." : nil)
        let nothing = EmptyState(
            title: "Nobody yet", words: "\(word.capitalizedPlural) sign in here and do what their roles let them.",
            action: invite, code: example(entered))
        let places = Set(shown.map(\.member.organization))
        let hasCredentials = !entered.readableKinds.isEmpty
        let hasPlaces = places.count > 1 || places.first.map { $0 != entered.organization.id } ?? false
        var columns = [frame.column("Name", by: MemberQuery.Order.name.rawValue), ListPage.Column(words: "Status")]
        if hasPlaces {
            columns.append(
                frame.column(entered.words[.organization].capitalized, by: MemberQuery.Order.organization.rawValue))
        }
        columns += [ListPage.Column(words: "Roles"), ListPage.Column(words: "Two-step")]
        if hasCredentials { columns.append(ListPage.Column(words: "Looks after", isFigure: true)) }
        columns.append(frame.column("Since", by: MemberQuery.Order.created.rawValue, startsDescending: true))
        let rows = shown.enumerated().map { index, listed in
            row(listed, entered, index, of: shown.count, hasPlaces: hasPlaces, hasCredentials: hasCredentials)
        }
        var page = frame.listPage(
            head, columns: columns, rows: rows, next: found.next, nothing: nothing, plural: word.plural)
        if leftCount > 0 { page.forecast = left(leftCount, entered) }
        return page
    }

    private static func many(_ count: Int) -> String {
        Numbers.words(min(count, countedTo)) + (count >= countedTo ? " or more" : "")
    }

    /// That somebody left something behind.
    private static func left(_ count: Int, _ entered: ConsoleVisit) -> Forecast {
        let many = count == 1 ? "1 credential" : "\(Numbers.words(count)) credentials"
        return Forecast(
            look: "notice-caution",
            parts: [
                Forecast.Part(words: "Nobody looks after \(many) any more, because whoever did has left. "),
                Forecast.Part(words: "See what was left behind", address: entered.link(.leftBehind)),
            ])
    }

    /// How one is made by a program, for who may, with a role of this product.
    private static func example(_ entered: ConsoleVisit) -> CodeBlock {
        let commands = ManagementCommands(entered)
        guard entered.may(.membersManage) else { return commands.listing("members") }
        let role = entered.product.roles.first { !$0.isForOperator }?.name ?? ""
        return commands.making(
            "members", #"{"name":"Ada Lovelace","email":"ada@example.com","roles":["\#(role)"]}"#)
    }

    private static func row(
        _ listed: ListedMember, _ entered: ConsoleVisit, _ index: Int, of count: Int, hasPlaces: Bool,
        hasCredentials: Bool
    ) -> ListPage.Row {
        let member = listed.member
        let id = member.id.description
        func entry(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, id, in: member.organization), form: nil)
        }
        let menu = RowMenu(
            of: member.name, row: index, of: count,
            items: [
                entry("Edit", .editPerson),
                member.hasPassword
                    ? entry("Password reset link", .resetPasswordOfPerson) : entry("Invitation link", .invitePerson),
                entry("Hand over", .handOverFromPerson),
            ],
            dangerous: [entry("Remove", .removePerson)])
        var cells = hasPlaces ? [ListPage.Cell(text: listed.organizationName)] : []
        cells += [
            ListPage.Cell(text: PersonWords(product: entered.product).rights(of: member)),
            ListPage.Cell(text: listed.hasSecondFactor ? "On" : "Off", counted: "Two-step"),
        ]
        if hasCredentials {
            let many = Numbers.words(listed.looksAfter ?? 0)
            cells.append(ListPage.Cell(text: many, isFigure: true, counted: "Looks after"))
        }
        cells.append(ListPage.Cell(time: TimeWords(member.createdAt, now: entered.now)))
        return ListPage.Row(
            name: member.name, link: entered.link(.person, id, in: member.organization), masked: member.email.text,
            badge: PersonWords.badge(listed), status: "Active", cells: cells,
            rowMenu: entered.may(.membersManage) ? menu : nil)
    }
}
