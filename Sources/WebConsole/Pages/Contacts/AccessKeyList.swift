import CredentialFormat
import Model
import Persistence
import ProductDefinition

/// The list of all access keys, with the contacts that they are of.
enum AccessKeyList {
    static let pageSize = 50
    /// Not used for so long is worth a look, in days.
    static let unusedDays = 90

    enum Filter: String, CaseIterable {
        case disabled
        case neverUsed = "never-used"
        case neverUsedThoughOld = "never-used-7-days"
        case unused = "unused-90-days"
        case old
        case creatorLeft = "creator-left"
        case here

        /// Whether it is about keys that work: what works no longer is at no risk.
        var isRisk: Bool {
            switch self {
            case .neverUsedThoughOld, .unused, .old, .creatorLeft: true
            case .disabled, .neverUsed, .here: false
            }
        }

        /// What to do about those.
        var advice: RiskAdvice? {
            switch self {
            case .neverUsed, .neverUsedThoughOld: .neverUsed
            case .unused: .unused
            case .old: .old
            case .creatorLeft: .creatorLeft
            case .disabled, .here: nil
            }
        }
    }

    static func filters(_ entered: ConsoleVisit) -> ListFrame.Filters {
        Filter.allCases.compactMap { filter in
            let words =
                switch filter {
                case .disabled: "Disabled"
                case .neverUsed: "Never used"
                case .neverUsedThoughOld: "Never used, made over \(OverviewPage.newDays) days ago"
                case .unused: "Unused for \(unusedDays) days"
                case .old: "Older than \(Spans.words(entered.product.policy.rotationReminderSeconds))"
                case .creatorLeft: "Creator has left"
                case .here: "In \(entered.organization.name) alone"
                }
            return filter == .here && entered.reachable.count < 2 ? nil : (filter.rawValue, words)
        }
    }

    /// What the address asks for.
    static func query(_ request: ListRequest, at now: Instant, _ product: Product) -> AccessKeyQuery {
        var query = AccessKeyQuery()
        (query.search, query.after) = (NameSearch(request.search), request.after)
        let filters = request.filters.compactMap(Filter.init)
        if filters.contains(where: \.isRisk) { query.works = true }
        for filter in filters {
            switch filter {
            case .disabled: query.works = false
            case .neverUsed: query.neverUsed = true
            case .neverUsedThoughOld:
                query.neverUsed = true
                query.madeBefore = now.adding(seconds: -OverviewPage.newDays * 86_400)
            case .unused: query.unusedSince = now.adding(seconds: -unusedDays * 86_400)
            case .old: query.secretBefore = now.adding(seconds: -product.policy.rotationReminderSeconds)
            case .creatorLeft: query.isCreatorLeft = true
            case .here: break
            }
        }
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        return query
    }

    static func page(
        _ entered: ConsoleVisit, _ request: ListRequest, _ filters: ListFrame.Filters,
        _ listing: OrderedListing<ListedAccessKey>
    ) -> ListPage {
        let (words, word) = (entered.words, entered.words[.accessKey])
        let plain = word.capitalizedPlural
        let title = plain == entered.sectionTitle ? "All \(word.plural)" : plain
        let frame = ListFrame(
            entered, .accessKeys, below: title, request, filters,
            searchLabel: "Search by name, \(words[.contact].singular), ID or last four characters",
            standard: ListRequest.Sort(column: AccessKeyQuery.Order.created.rawValue, isDescending: true))
        let contacts = PageLink(words: entered.sectionTitle, address: entered.link(.contacts))
        let head = PageHead(
            title: title,
            lead:
                "Of the \(words[.contact].plural) of \(entered.organization.name) and below. Each is made and shown on the page of its \(words[.contact].singular).",
            action: nil, reason: nil)
        let nothing = EmptyState(
            title: "No \(word.plural) yet",
            words: "\(word.indefinite.capitalizedFirst) says for which \(words[.contact].singular) a token acts.",
            action: contacts, code: ManagementCommands(entered).listing("contacts"))
        let isAlone = entered.reachable.count < 2
        let columns =
            [
                frame.column("Name", by: "name"), ListPage.Column(words: "Status"),
                frame.column(words[.contact].capitalized, by: "contact"),
            ]
            + (isAlone ? [] : [frame.column(words[.organization].capitalized, by: "organization")])
            + [
                frame.column("Created", by: "created", startsDescending: true),
                frame.column("Last used", by: "used", startsDescending: true),
            ]
        let rows = listing.items.enumerated().map { index, item in
            row(item, entered, index, of: listing.items.count, isAlone: isAlone)
        }
        return frame.listPage(
            head, columns: columns, rows: rows, next: listing.next, nothing: nothing, plural: word.plural,
            advice: request.filters.compactMap(Filter.init).map(\.advice))
    }

    /// What is not as usual, the most urgent first; nil for nothing.
    static func badge(_ key: AccessKey, isContactDisabled: Bool, at now: Instant, _ product: Product) -> Badge? {
        if key.disabledAt != nil || isContactDisabled { return Badge(.neutral, "Disabled") }
        if let due = Badge.rotation(madeAt: key.rotatedAt, leftAt: key.creatorLeftAt, at: now, product) { return due }
        let idle = now.seconds(since: key.lastUse?.at ?? key.createdAt)
        return idle > unusedDays * 86_400 ? Badge(.neutral, "Unused") : nil
    }

    private static func row(
        _ item: ListedAccessKey, _ entered: ConsoleVisit, _ index: Int, of count: Int, isAlone: Bool
    ) -> ListPage.Row {
        let (key, place) = (item.key, item.organization)
        let contact = key.contact.description
        func entry(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(
                words: words, address: entered.link(page, contact, key.id.description, in: place), form: nil)
        }
        let cells =
            [ListPage.Cell(text: item.contactName)]
            + (isAlone ? [] : [ListPage.Cell(text: item.organizationName)])
            + [
                ListPage.Cell(time: TimeWords(key.createdAt, now: entered.now)),
                IntegrationList.lastUse(key.lastUse, at: entered.now),
            ]
        let mayManage = entered.may(.contactsManage)
        let isDisabled = key.disabledAt != nil
        return ListPage.Row(
            name: key.name, link: entered.link(.contact, contact, in: place), masked: key.hint.text,
            badge: badge(key, isContactDisabled: item.isContactDisabled, at: entered.now, entered.product),
            status: "Active",
            cells: cells,
            rowMenu: RowMenu(
                of: key.name, row: index, of: count,
                items: [entry("Open \(entered.words[.contact].singular)", .contact)]
                    + (mayManage
                        ? [
                            entry("Rotate", .rotateAccessKey),
                            isDisabled ? entry("Enable", .enableAccessKey) : entry("Disable", .disableAccessKey),
                        ] : []),
                dangerous: mayManage ? [entry("Delete", .deleteAccessKey)] : []),
            because: item.isContactDisabled && !isDisabled ? "with its \(entered.words[.contact].singular)" : nil)
    }
}
