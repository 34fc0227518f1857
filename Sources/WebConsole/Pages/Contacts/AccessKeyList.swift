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
        case neverUsed = "never-used"
        case unused = "unused-90-days"
        case here
    }

    static func filters(_ entered: ConsoleVisit) -> [(name: String, words: String)] {
        Filter.allCases.compactMap { filter in
            let words =
                switch filter {
                case .neverUsed: "Never used"
                case .unused: "Unused for \(unusedDays) days"
                case .here: "In \(entered.organization.name) alone"
                }
            return filter == .here && entered.reachable.count < 2 ? nil : (filter.rawValue, words)
        }
    }

    /// What the address asks for.
    static func query(_ request: ListRequest, at now: Instant) -> AccessKeyQuery {
        var query = AccessKeyQuery()
        (query.search, query.after) = (NameSearch(request.search), request.after)
        for filter in request.filters.compactMap(Filter.init) {
            switch filter {
            case .neverUsed: query.neverUsed = true
            case .unused: query.unusedSince = now.adding(seconds: -unusedDays * 86_400)
            case .here: break
            }
        }
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        return query
    }

    static func page(
        _ entered: ConsoleVisit, _ request: ListRequest, _ filters: [(name: String, words: String)],
        _ listing: OrderedListing<ListedAccessKey>
    ) -> ListPage {
        let (words, word) = (entered.words, entered.words[.accessKey])
        let title = word.capitalizedPlural
        let frame = ListFrame(
            entered: entered, page: .accessKeys, request: request, filters: filters,
            searchLabel: "Search by name or \(words[.contact].singular)",
            standard: ListRequest.Sort(column: AccessKeyQuery.Order.created.rawValue, isDescending: true))
        let contacts = PageLink(words: entered.sectionTitle, address: entered.link(.contacts))
        let head = PageHead(
            title: title == entered.sectionTitle ? "All \(word.plural)" : title,
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
            below: head.title)
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
            badge: isDisabled || item.isContactDisabled ? Badge(.neutral, "Disabled") : nil, status: "Active",
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
