import Connections
import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition
import ProviderDefinition
import Templating

/// The list of connections: what it can be searched for, and what its rows say.
enum ConnectionList {
    static let pageSize = 50

    enum Filter: String, CaseIterable {
        case broken = "needs-person"
        case ending = "ends-soon"
        case endingWithoutPerson = "ends-without-person"
        case retried = "tried-again"
        case disconnected
        case here
    }

    /// What stands before a provider's name in its filter.
    private static let at = "at-"

    static func filters(_ entered: ConsoleVisit, _ choices: [ProviderChoice]) -> ListFrame.Filters {
        let days = ConnectionService.forecastDays
        let own: [(String, String)] = Filter.allCases.compactMap { filter in
            let words =
                switch filter {
                case .broken: "Waits for somebody to sign in again"
                case .ending: "Ends within \(days) days"
                case .endingWithoutPerson: "Ends within \(days) days unless somebody signs in again"
                case .retried: "Tried again"
                case .disconnected: "Disconnected"
                case .here: "In \(entered.organization.name) alone"
                }
            return filter == .here && entered.reachable.count < 2 ? nil : (filter.rawValue, words)
        }
        return choices.map { (at + $0.provider.identifier, $0.provider.title) } + own
    }

    static func query(_ request: ListRequest) -> ConnectionQuery {
        var query = ConnectionQuery()
        query.search = NameSearch(request.search)
        query.after = request.after
        query.providers = request.filters.filter { $0.hasPrefix(at) }.map { String($0.dropFirst(at.count)) }
        for filter in request.filters.compactMap(Filter.init) {
            switch filter {
            case .broken: query.statuses += ConnectionStatus.broken
            case .retried: query.statuses += [.degraded, .blocked]
            case .disconnected: query.statuses.append(.disconnected)
            case .ending: query.ending = query.ending ?? .all
            case .endingWithoutPerson: query.ending = .withoutPerson
            case .here: break
            }
        }
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        return query
    }

    static func page(
        _ entered: ConsoleVisit, _ frame: ListFrame, _ found: OrderedListing<ListedConnection>,
        _ counts: ConnectionCounts,
        _ service: ConnectionService
    ) -> ListPage {
        let word = entered.words[.connection]
        let (mayMake, most) = (entered.may(.connectionsManage), entered.terms.maximum(of: .connections))
        let isFull = counts.ofAccount >= most
        let create = mayMake && !isFull ? entered.makingLink("New \(word.singular)", to: .newConnection) : nil
        let head = PageHead(
            title: entered.heading,
            lead: """
                \(word.capitalizedPlural) of \(entered.organization.name) and below: \(number(counts.all)). \
                \(Numbers.words(counts.ofAccount)) of \(Numbers.words(most)) in the \(entered.words[.account].singular).
                """,
            action: create,
            reason: mayMake && isFull ? "All \(Numbers.words(most)) are taken. Disconnect one to make room." : nil)
        let nothing = EmptyState(
            title: "No \(word.plural) yet",
            words: """
                \(word.indefinite.capitalizedFirst) lets \(entered.product.name) work for you where you sign in once, such as at \
                \(service.choices.prefix(3).map(\.provider.title).joined(separator: ", ")). It’s renewed and watched by itself.
                """, action: create, code: ManagementCommands(entered).listing("connections"))
        let isAlone = entered.reachable.count < 2
        let columns =
            [frame.column("Name", by: "name"), ListPage.Column(words: "Status")]
            + (isAlone ? [] : [frame.column(entered.words[.organization].capitalized, by: "organization")])
            + [
                frame.column("At", by: "provider"), frame.column("Next renewal", by: "renewal"),
                frame.column("Last proof", by: "proven", startsDescending: true),
            ]
        let rows = found.items.enumerated().map { index, item in
            row(item, service, entered, index, of: found.items.count, isAlone: isAlone)
        }
        var page = frame.listPage(
            head, columns: columns, rows: rows, next: found.next, nothing: nothing, plural: word.plural)
        page.forecast = forecast(counts, entered)
        return page
    }

    private static func number(_ count: Int) -> String {
        count < ConnectionCounts.most ? Numbers.words(count) : "\(Numbers.words(count)) or more"
    }

    private static func row(
        _ item: ListedConnection, _ service: ConnectionService, _ entered: ConsoleVisit, _ index: Int,
        of count: Int, isAlone: Bool
    ) -> ListPage.Row {
        let (connection, home) = (item.connection, item.connection.organization)
        let (id, words) = (connection.id.description, ConnectionWords(item, service, entered))
        func entry(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, id, in: home), form: nil)
        }
        let again = RowMenu.Item(
            words: "Sign in again", address: nil,
            form: RowMenu.Form(
                action: entered.link(.reconnect, id, in: home), token: entered.token(sentTo: .reconnect, id, in: home),
                fields: []))
        let mayManage = entered.may(.connectionsManage) && connection.status != .disconnected
        let cells = [
            ListPage.Cell(
                text: words.provider, after: item.children.map { ", \(ConnectionWords.children($0))" }),
            words.renewal, ConnectionWords.proof(item.provenAt, now: entered.now),
        ]
        return ListPage.Row(
            name: connection.name, link: entered.link(.connection, id, in: home),
            masked: connection.metadata["account_id"], badge: words.badge, status: "Active",
            cells: isAlone ? cells : [ListPage.Cell(text: item.organizationName)] + cells,
            rowMenu: RowMenu(
                of: connection.name, row: index, of: count,
                items: [entry("Open", .connection)] + (mayManage ? [again] : [])
                    + [entry("History", .connectionHistory), entry("Promises", .connectionPromises)],
                dangerous: mayManage ? [entry("Disconnect", .disconnect)] : []),
            because: words.reason)
    }

    /// What will break, in a sentence whose numbers lead to what is meant; nil where nothing will.
    private static func forecast(_ counts: ConnectionCounts, _ entered: ConsoleVisit) -> Forecast? {
        let days = ConnectionService.forecastDays
        func link(_ words: String, _ filter: Filter) -> Forecast.Part {
            Forecast.Part(words: words, address: entered.link(.connections, query: [(filter.rawValue, "on")]))
        }
        var parts: [Forecast.Part] = []
        if counts.broken > 0 {
            parts.append(link("\(number(counts.broken)) \(counts.broken == 1 ? "works" : "work") no longer", .broken))
            parts.append(Forecast.Part(words: " until somebody signs in again. "))
        }
        let (ending, lost) = (counts.ending, counts.endingWithoutPerson)
        if ending > 0 {
            parts.append(link("\(number(ending)) \(ending == 1 ? "ends" : "end") within \(days) days", .ending))
            switch lost {
            case 0: parts.append(Forecast.Part(words: "; renewals put that off by themselves."))
            case ending: parts.append(Forecast.Part(words: " unless somebody signs in again."))
            default:
                parts.append(Forecast.Part(words: ", "))
                parts.append(link("\(number(lost)) \(lost == 1 ? "needs" : "need") a person", .endingWithoutPerson))
                parts.append(Forecast.Part(words: "."))
            }
        }
        guard !parts.isEmpty else { return nil }
        return Forecast(look: counts.broken + lost > 0 ? "notice-caution" : "", parts: parts)
    }
}

/// What will break, as a sentence with links in it.
struct Forecast: Hashable, Sendable {
    /// Words, and where they lead.
    struct Part: Hashable, Sendable {
        let words: String
        /// Nil for words alone.
        var address: String?
    }

    /// The class of its look.
    let look: String
    let parts: [Part]
}

extension Forecast: TemplateReadable {
    static let templateNames: TemplateNames = ["look", "parts"]
    var templateValues: [Templating.TemplateValue] { [.of(look), .of(parts)] }
}

extension Forecast.Part: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "address"]
    var templateValues: [Templating.TemplateValue] { [.of(words), .of(address)] }
}
