import Credentials
import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition

/// An organization and those below it: as a tree where all of it fits on a page and nothing else was asked for, else as a list.
enum OrganizationsList {
    static let pageSize = 200
    /// The deepest that is told from what it stands below by how far in it begins.
    private static let deepest = 8

    /// What the address asks for.
    static func query(_ request: ListRequest) -> OrganizationQuery {
        var query = OrganizationQuery()
        (query.search, query.after) = (NameSearch(request.search), request.after)
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        return query
    }

    /// - Parameter inAccount: How many the account has.
    static func page(
        _ entered: ConsoleVisit, _ request: ListRequest, _ found: OrderedListing<ListedOrganization>, inAccount: Int
    ) -> ListPage {
        let (word, home) = (entered.words[.organization], entered.organization)
        let isWhole = request.search == nil && request.after == nil && found.next == nil
        let isTree = isWhole && request.sort == nil
        let limit = entered.terms.maximum(of: .organizations)
        let (mayMake, isFull) = (entered.may(.organizationsManage), inAccount >= limit)
        let used =
            "\(Numbers.words(inAccount)) of \(Numbers.words(limit)) in the \(entered.words[.account].singular)."
        let create =
            mayMake && !isFull
            ? entered.makingLink("Create \(word.singular)", to: .newOrganization) : nil
        let frame = ListFrame(
            entered, .organizations, request, searchLabel: "Search by name or ID",
            standard: isTree
                ? nil : ListRequest.Sort(column: OrganizationQuery.Order.created.rawValue, isDescending: false))
        let head = PageHead(
            title: entered.heading,
            lead: isWhole
                ? "\(lead(home, below: found.items.count - 1, word)) \(used)"
                : "\(word.capitalizedPlural) below \(home.name). \(used)",
            action: create,
            reason: mayMake && isFull ? "All \(Numbers.words(limit)) are taken. Delete one to make room." : nil)
        let nothing = EmptyState(
            title: "Nothing below \(home.name) yet",
            words: "Each \(word.singular) sees itself and what is below it, never above or beside.", action: create,
            code: create.map { _ in
                ManagementCommands.making(
                    entered.site.address.url("/api/v1/organizations"),
                    #"{"name":"Europe","parent_id":"\#(home.id)"}"#)
            })
        let ordered = isTree ? ordered(found.items) : found.items
        let rows = ordered.enumerated().map { index, item in
            row(item, entered, index, of: ordered.count, isTree: isTree)
        }
        let columns = [
            frame.column("Name", by: OrganizationQuery.Order.name.rawValue), ListPage.Column(words: "Below"),
            frame.column("Created", by: OrganizationQuery.Order.created.rawValue, startsDescending: true),
        ]
        var page = frame.listPage(
            head, columns: columns, rows: rows, next: found.next, nothing: nothing, plural: word.plural)
        page.hasStatus = false
        if isTree, rows.count < 2 { page.empty = nothing }
        if isWhole, !isTree {
            page.forecast = Forecast(
                look: "",
                parts: [
                    Forecast.Part(words: "In an order of its own. "),
                    Forecast.Part(words: "Show what is below what", address: frame.clearLink),
                ])
        }
        return page
    }

    private static func lead(_ home: Organization, below count: Int, _ word: ProductWord) -> String {
        let sight = "Each \(word.singular) sees itself and what is below it, never above or beside."
        return count < 1
            ? "\(home.name) has nothing below it yet. \(sight)"
            : "\(home.name) and \(word.counted(count)) below it. \(sight)"
    }

    /// From the highest down.
    private static func ordered(_ items: [ListedOrganization]) -> [ListedOrganization] {
        let places = Dictionary(items.map { ($0.organization.id, $0) }) { first, _ in first }
        return OrganizationTree(items.map(\.organization)).ordered.compactMap { places[$0.id] }
    }

    private static func row(
        _ item: ListedOrganization, _ entered: ConsoleVisit, _ index: Int, of count: Int, isTree: Bool
    ) -> ListPage.Row {
        let other = item.organization
        func entry(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, in: other.id), form: nil)
        }
        let depth = other.path.identifiers.count - entered.organization.path.identifiers.count
        let menu = RowMenu(
            of: other.name, row: index, of: count,
            items: [
                entry("Create \(entered.words[.organization].singular) below", .newOrganization),
                entry("Rename", .renameOrganization),
            ], dangerous: other.parent == nil ? [] : [entry("Delete", .deleteOrganization)])
        return ListPage.Row(
            name: other.name, link: entered.link(.organizations, in: other.id), masked: nil, badge: nil, status: "",
            cells: [
                ListPage.Cell(text: item.parentName),
                ListPage.Cell(time: TimeWords(other.createdAt, now: entered.now), counted: "Created"),
            ],
            rowMenu: entered.may(.organizationsManage) ? menu : nil,
            depth: isTree && depth > 0 ? "depth-\(min(deepest, depth))" : nil)
    }
}
