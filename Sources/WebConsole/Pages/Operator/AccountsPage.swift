import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import Templating

/// The customers of the operator.
struct AccountsPage: Page {
    static let template = PageTemplate.accounts
    static let scripts: [Script] = [.menus, .times]
    static let pageSize = 50
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let name: String
        let id: String
        let address: String
        let plan: String
        let badge: Badge?
        let made: TimeWords
        let rowMenu: RowMenu
    }

    let shell: Shell?
    let pageHead: PageHead
    let searchAt: String
    let search: String
    /// The order, which a form that is sent keeps.
    let sort: String?
    let filters: Chips?
    let hasPlans: Bool
    let columns: [ListPage.Column]
    let rows: [Row]
    let hasRows: Bool
    let paging: Paging?
    let nothing: EmptyState?
    var notice: Notice?

    init(_ entered: OperatorVisit, _ found: OrderedListing<Account>, _ request: ListRequest) {
        let word = entered.words[.account]
        let plans = entered.product.plans
        let shown = found.items
        shell = entered.shell()
        pageHead = PageHead(
            title: word.capitalizedPlural, lead: "The customers of \(entered.product.name).",
            action: PageLink(words: "Create \(word.singular)", address: entered.link(.newAccount)), reason: nil)
        searchAt = entered.link(.accounts)
        search = request.search ?? ""
        sort = request.sort?.text
        let all = entered.link(.accounts, query: request.query(search: .some(nil)))
        filters = request.search.map {
            Chips(chips: [Chip(words: "Search: \($0)", removeLink: all)], clearLink: entered.link(.accounts))
        }
        hasPlans = !plans.definitions.isEmpty
        columns = Self.columns(entered, request, hasPlans: hasPlans)
        rows = shown.enumerated().map { index, account in
            let id = account.id.description
            let open = entered.site.link(.console(ConsoleAddress(.overview, in: account.id)))
            func item(_ words: String, _ address: String) -> RowMenu.Item {
                RowMenu.Item(words: words, address: address, form: nil)
            }
            return Row(
                name: account.organization.name, id: id, address: entered.link(.account, id),
                plan: Self.planWords(account, plans), badge: Self.badge(account),
                made: TimeWords(account.organization.createdAt, now: entered.now),
                rowMenu: RowMenu(
                    of: account.organization.name, row: index, of: shown.count,
                    items: [item("Open", open), item("Name and plan", entered.link(.account, id))],
                    dangerous: account.isOperator
                        ? []
                        : [
                            item(
                                account.suspendedAt == nil ? "Suspend" : "Resume", entered.link(.suspendAccount, id))
                        ]))
        }
        hasRows = !rows.isEmpty
        nothing =
            hasRows
            ? nil
            : EmptyState(
                title: "Nothing matches", words: "No \(word.singular) has “\(self.search)” in its name.",
                action: PageLink(words: "Clear search", address: entered.link(.accounts)), code: nil)
        paging =
            found.next != nil || request.after != nil
            ? Paging(
                words: "\(shown.count) on this page",
                nextLink: found.next.map { entered.link(.accounts, query: request.query(after: $0)) },
                firstLink: request.after.map { _ in
                    PageLink(words: "First page", address: entered.link(.accounts, query: request.query()))
                }) : nil
        notice = entered.visit.done.map { .good($0.words(in: entered.words)) }
    }

    private static func columns(
        _ entered: OperatorVisit, _ request: ListRequest, hasPlans: Bool
    ) -> [ListPage.Column] {
        let standard = ListRequest.Sort(column: AccountQuery.Order.created.rawValue, isDescending: false)
        func ordered(_ words: String, _ order: AccountQuery.Order) -> ListPage.Column {
            request.column(words, by: order.rawValue, standard: standard, startsDescending: order == .created) {
                entered.link(.accounts, query: $0)
            }
        }
        return [ordered("Name", .name), ListPage.Column(words: "Status")]
            + (hasPlans ? [ListPage.Column(words: "Plan")] : []) + [ordered("Since", .created)]
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

extension AccountsPage.Row: TemplateReadable {
    static let templateNames: TemplateNames = ["name", "id", "address", "plan", "badge", "made", "rowMenu"]
    var templateValues: [TemplateValue] {
        [.of(name), .of(id), .of(address), .of(plan), .of(badge), .of(made), .of(rowMenu)]
    }
}
