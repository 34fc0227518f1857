import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition

/// The list of the operator's customers.
enum AccountList {
    static let pageSize = 50
    private static let suspended = "suspended"
    /// The filter of those on no plan, where a plan's name would stand.
    private static let unplanned = "no-plan"
    /// What stands before a plan's name in its filter.
    private static let plan = "plan-"

    /// The plans first, in the order of the file.
    static func filters(_ product: Product) -> ListFrame.Filters {
        let plans = product.plans
        let none = plans.definitions.isEmpty || plans.standard != nil ? [] : [(unplanned, "No plan")]
        return plans.definitions.map { (plan + $0.name, "Plan: \($0.title ?? $0.name)") } + none
            + [(suspended, "Suspended")]
    }

    /// What the address asks for.
    static func query(_ request: ListRequest, _ product: Product) -> AccountQuery {
        var query = AccountQuery()
        (query.search, query.after) = (NameSearch(request.search), request.after)
        for filter in request.filters {
            switch filter {
            case suspended: query.isSuspended = true
            case unplanned: query.plans.append(nil)
            default:
                let name = String(filter.dropFirst(plan.count))
                query.plans.append(name)
                // Whoever was given none has this one.
                if name == product.plans.standard { query.plans.append(nil) }
            }
        }
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        return query
    }

    static func page(
        _ entered: OperatorVisit, _ request: ListRequest, _ filters: ListFrame.Filters,
        _ found: OrderedListing<Account>
    ) -> ListPage {
        let (word, plans) = (entered.words[.account], entered.product.plans)
        let create = PageLink(words: "Create \(word.singular)", address: entered.link(.newAccount))
        let frame = ListFrame(
            entered, .accounts, request, filters, searchLabel: "Search by name or ID",
            standard: ListRequest.Sort(column: AccountQuery.Order.created.rawValue, isDescending: false))
        let head = PageHead(
            title: word.capitalizedPlural, lead: "The customers of \(entered.product.name).", action: create,
            reason: nil)
        let nothing = EmptyState(
            title: "No customers yet",
            words: "Each customer is \(word.indefinite) of its own, kept apart from all others.", action: create,
            code: ManagementCommands.making(
                entered.site.address.url("/api/v1/accounts"), #"{"name":"Novo Steel"}"#))
        let hasPlans = !plans.definitions.isEmpty
        let columns =
            [frame.column("Name", by: AccountQuery.Order.name.rawValue), ListPage.Column(words: "Status")]
            + (hasPlans ? [ListPage.Column(words: "Plan")] : [])
            + [frame.column("Since", by: AccountQuery.Order.created.rawValue, startsDescending: true)]
        let rows = found.items.enumerated().map { index, account in
            row(account, entered, index, of: found.items.count, hasPlans: hasPlans)
        }
        var page = frame.listPage(
            head, columns: columns, rows: rows, next: found.next, nothing: nothing, plural: word.plural)
        // The operator's own is none of its customers.
        if !frame.isNarrow, request.after == nil, found.items.allSatisfy(\.isOperator) { page.empty = nothing }
        return page
    }

    private static func row(
        _ account: Account, _ entered: OperatorVisit, _ index: Int, of count: Int, hasPlans: Bool
    ) -> ListPage.Row {
        let (id, name) = (account.id.description, account.organization.name)
        func item(_ words: String, _ address: String) -> RowMenu.Item {
            RowMenu.Item(words: words, address: address, form: nil)
        }
        let open = entered.site.link(.console(ConsoleAddress(.overview, in: account.id)))
        let suspension = item(
            account.suspendedAt == nil ? "Suspend" : "Resume", entered.link(.suspendAccount, id))
        return ListPage.Row(
            name: name, link: entered.link(.account, id), masked: id, badge: badge(account), status: "Active",
            cells: (hasPlans ? [ListPage.Cell(text: planWords(account, entered.product.plans))] : [])
                + [ListPage.Cell(time: TimeWords(account.organization.createdAt, now: entered.now))],
            rowMenu: RowMenu(
                of: name, row: index, of: count,
                items: [item("Open", open), item("Name and plan", entered.link(.account, id))],
                dangerous: account.isOperator ? [] : [suspension]))
    }

    private static func planWords(_ account: Account, _ plans: PlanCatalogue) -> String {
        if account.isOperator { return "Everything" }
        guard let name = account.plan ?? plans.standard else { return "None" }
        let title = plans[name]?.title ?? name
        return account.plan == nil ? "\(title) (by default)" : title
    }

    private static func badge(_ account: Account) -> Badge? {
        if account.suspendedAt != nil { return Badge(.bad, "Suspended") }
        return account.isOperator ? Badge(.info, "Yours") : nil
    }
}
