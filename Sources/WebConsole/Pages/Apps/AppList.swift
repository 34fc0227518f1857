import SignIn
import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition

/// The list of apps.
enum AppList {
    static let pageSize = 50
    /// Not used for so long is worth a look, in days.
    static let unusedDays = 90
    /// The filters by state, by use and by who looks after them.
    private static let disabled = "disabled"
    private static let neverUsed = "never-used"
    private static let unused = "unused-90-days"
    private static let creatorLeft = "creator-left"
    /// The filter that leaves out what others look after.
    private static let mine = "mine"
    /// The filter that leaves out what is below.
    static let here = "here"

    static func filters(_ entered: ConsoleVisit) -> ListFrame.Filters {
        [
            (disabled, "Disabled"), (neverUsed, "Never used"), (unused, "Unused for \(unusedDays) days"),
            (creatorLeft, "Creator has left"),
            (mine, "Looked after by you"),
        ] + filtersByPlace(entered)
    }

    /// Those of a list of what nobody looks after by themself.
    static func filtersByPlace(_ entered: ConsoleVisit) -> ListFrame.Filters {
        entered.reachable.count < 2 ? [] : [(here, "In \(entered.organization.name) alone")]
    }

    /// What the address says.
    static func request(_ entered: ConsoleVisit, _ filters: ListFrame.Filters) -> ListRequest {
        ListRequest(
            entered.visit, filters: filters.map(\.name), scopes: entered.product.scopes,
            columns: AppQuery.Order.allCases.map(\.rawValue))
    }

    /// What the address asks for.
    static func query(_ request: ListRequest, _ entered: ConsoleVisit) -> AppQuery {
        var query = AppQuery()
        (query.search, query.after) = (NameSearch(request.search), request.after)
        query.neverUsed = request.filters.contains(neverUsed)
        if request.filters.contains(unused) {
            query.unusedSince = entered.now.adding(seconds: -unusedDays * 86_400)
        }
        if request.filters.contains(disabled) {
            query.isDisabled = true
        } else if request.filters.contains(unused) || request.filters.contains(creatorLeft) {
            query.isDisabled = false
        }
        query.isLeft = request.filters.contains(creatorLeft)
        query.scope = request.scope.flatMap { Scope($0) }
        if request.filters.contains(mine) { query.steward = entered.me.member.id }
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        return query
    }

    /// What is not as usual, nil for nothing.
    static func badge(_ app: App) -> Badge? {
        guard app.disabling == nil else { return Badge(.neutral, "Disabled") }
        guard app.redirectURIs.areLocal else { return nil }
        return Badge(app.isPublic ? .neutral : .caution, "Own machine only")
    }

    static func page(
        _ entered: ConsoleVisit, _ request: ListRequest, _ filters: ListFrame.Filters,
        _ listing: OrderedListing<ListedApp>, count: Int, of limit: Int
    ) -> ListPage {
        let (words, word) = (entered.words, entered.words[.app])
        let mayMake = entered.may(.appsManage)
        let isFull = count >= limit
        let create = entered.makingLink("Create \(word.singular)", to: .newApp)
        let frame = ListFrame(
            entered, .apps, request, filters, searchLabel: "Search by name or ID",
            standard: ListRequest.Sort(column: "created", isDescending: true)
        ).filtered(by: entered.product.scopes)
        let head = PageHead(
            title: entered.heading,
            lead: """
                They use \(entered.product.name) for people who let them. \(Numbers.words(count)) of \(Numbers.words(limit)) in the \
                \(words[.account].singular).
                """, action: mayMake && !isFull ? create : nil,
            reason: mayMake && isFull ? "All \(Numbers.words(limit)) are taken. Delete one to make room." : nil)
        let nothing = EmptyState(
            title: "No \(word.plural) yet",
            words: """
                \(word.indefinite.capitalizedFirst) acts for people, each of whom is asked on a consent page what it may do. \
                For a program that acts for itself, create \(words[.integration].indefinite) instead.
                """, action: mayMake && !isFull ? create : nil, code: example(entered))
        let isAlone = entered.reachable.count < 2
        let columns =
            [frame.column("Name", by: "name"), ListPage.Column(words: "Status")]
            + (isAlone ? [] : [frame.column(words[.organization].capitalized, by: "organization")])
            + [
                ListPage.Column(words: "Runs"), ListPage.Column(words: "People", isFigure: true),
                frame.column("Last used", by: "used", startsDescending: true),
            ]
        let rows = listing.items.enumerated().map { index, item in
            row(item, entered, index, of: listing.items.count, mayManage: mayMake, isAlone: isAlone)
        }
        return frame.listPage(
            head, columns: columns, rows: rows, next: listing.next, nothing: nothing, plural: word.plural,
            several: mayMake ? entered.link(.severalApps, query: request.query()) : nil)
    }

    /// How one is made by a program, for who may, with a scope of this product.
    private static func example(_ entered: ConsoleVisit) -> CodeBlock {
        let commands = ManagementCommands(entered)
        guard entered.may(.appsManage) else { return commands.listing("apps") }
        let scope = entered.product.scopes.definitions.first?.scope.name ?? ""
        return commands.making(
            "apps",
            #"{"name":"Report builder","redirect_uris":["https://reports.example.com/callback"],"scopes":["\#(scope)"]}"#
        )
    }

    private static func row(
        _ item: ListedApp, _ entered: ConsoleVisit, _ index: Int, of count: Int, mayManage: Bool, isAlone: Bool
    ) -> ListPage.Row {
        let (app, home) = (item.app, item.app.organization)
        let id = app.id.description
        func entry(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, id, in: home), form: nil)
        }
        let switching =
            app.disabling == nil
            ? entry("Disable", .disableApp)
            : RowMenu.Item(
                words: "Enable", address: nil,
                form: RowMenu.Form(
                    action: entered.link(.enableApp, id, in: home),
                    token: entered.token(sentTo: .enableApp, id, in: home), fields: []))
        let cells = [
            ListPage.Cell(text: AppWords.kind(of: app)),
            ListPage.Cell(
                text: AppWords.people(item.people, most: ListedApp.mostCounted), isFigure: true, counted: "People"),
            item.lastUse.map { use in
                ListPage.Cell(time: TimeWords(use.at, now: entered.now), after: use.address.map { ", from \($0)" })
            } ?? ListPage.Cell(text: "Never used"),
        ]
        return ListPage.Row(
            name: app.name, link: entered.link(.app, id, in: home), masked: id, badge: badge(app), status: "Active",
            cells: isAlone ? cells : [ListPage.Cell(text: item.organizationName)] + cells,
            rowMenu: RowMenu(
                of: app.name, row: index, of: count,
                items: [entry("Open", .app), entry("See its consent page", .appPreview)]
                    + (mayManage ? [entry("Settings", .appSettings), switching] : []),
                dangerous: mayManage ? [entry("Delete", .deleteApp)] : []))
    }
}
