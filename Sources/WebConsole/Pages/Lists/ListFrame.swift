import Policy
import Persistence
import ProductDefinition

/// Builds a ``ListPage`` of what a request asked for. Lists of the console and of the operator have the same.
struct ListFrame: Sendable {
    /// The words of each filter by its name, in the order of the form.
    typealias Filters = [(name: String, words: String)]

    let request: ListRequest
    let filters: Filters
    let searchLabel: String
    /// In which order the list is when none was asked for, nil for one that no column has.
    let standard: ListRequest.Sort?
    private let shell: Shell
    /// What the list is called.
    private let title: String
    /// The page's own name, where it stands below its section's first one.
    private let ownTitle: String?
    private let tabs: Tabs?
    private let notice: Notice?
    /// The scopes by which the list can be filtered.
    private var scopes: [SelectOption] = []
    private let lookUp: PageLink?
    /// The list with a query.
    private let link: @Sendable ([(String, String)]) -> String

    /// A list of an organization.
    ///
    /// - Parameters:
    ///   - identifiers: What stands in its path besides the organization.
    ///   - title: The page's own name, where it stands below the section's first one.
    init(
        _ entered: ConsoleVisit, _ page: ConsolePage, at identifiers: [String] = [], below title: String? = nil,
        _ request: ListRequest, _ filters: Filters = [], searchLabel: String, standard: ListRequest.Sort?
    ) {
        self.request = request
        self.filters = filters
        self.searchLabel = searchLabel
        self.standard = standard
        lookUp = FindLink.lists.contains(page) ? entered.findLink : nil
        shell = title.map { entered.shell(below: $0) } ?? entered.shell()
        self.title = entered.sectionTitle
        ownTitle = title
        tabs = title == nil ? entered.sectionTabs : nil
        notice = entered.doneNotice
        link = { entered.link(page, at: identifiers, query: $0) }
    }

    /// The same, which can be filtered by each scope of a product, too.
    func filtered(by scopes: ScopeCatalogue) -> ListFrame {
        var frame = self
        frame.scopes = scopes.definitions.map { definition in
            let name = definition.scope.name
            return SelectOption(value: name, words: name, isChosen: name == request.scope)
        }
        return frame
    }

    /// A list of the operator's, one of its navigation.
    init(
        _ entered: OperatorVisit, _ page: OperatorPage, _ request: ListRequest, _ filters: Filters = [],
        searchLabel: String, standard: ListRequest.Sort?
    ) {
        self.request = request
        self.filters = filters
        self.searchLabel = searchLabel
        self.standard = standard
        shell = entered.shell()
        title = OperatorVisit.title(page, entered.words)
        ownTitle = nil
        tabs = nil
        lookUp = nil
        notice = entered.doneNotice
        link = { entered.link(page, query: $0) }
    }

    /// Whether the address leaves anything out.
    var isNarrow: Bool { request.isNarrow }
    /// The list without search and filters.
    var clearLink: String { link([]) }

    /// A column by which the list can be ordered.
    ///
    /// - Parameter startsDescending: Whether the first press shows the largest first.
    func column(
        _ words: String, by column: String, startsDescending: Bool = false, isFigure: Bool = false
    ) -> ListPage.Column {
        request.column(
            words, by: column, standard: standard, startsDescending: startsDescending, isFigure: isFigure, link: link)
    }

    /// The page.
    ///
    /// - Parameters:
    ///   - nothing: What stands there when there is nothing yet.
    ///   - plural: What the things are called, for when nothing matches.
    ///   - advice: Of the filters that are asked for.
    ///   - several: Where several rows are changed together, nil for who may not. It is offered where the list shows those that are meant.
    func listPage(
        _ head: PageHead, columns: [ListPage.Column], rows: [ListPage.Row], next: ListPlace?, nothing: EmptyState,
        plural: String, advice: [RiskAdvice?] = [], several: String? = nil
    ) -> ListPage {
        let isEmpty = rows.isEmpty && request.after == nil
        return ListPage(
            shell: shell, tabTitle: ownTitle ?? title, pageHead: head, sectionTabs: tabs, searchAt: link([]),
            search: request.search ?? "", searchLabel: searchLabel, sort: request.sort?.text,
            facets: filters.map {
                ListPage.Facet(name: $0.name, words: $0.words, isOn: request.filters.contains($0.name))
            },
            scopes: scopes, hasScopes: !scopes.isEmpty, hasFacets: !filters.isEmpty, hasFilters: !isEmpty || isNarrow,
            chips: chips, caption: title,
            columns: columns, rows: rows, hasRows: !rows.isEmpty, paging: paging(rows.count, next, plural),
            empty: isEmpty ? (isNarrow ? nothingMatches(plural) : nothing) : nil, notice: notice, lookUp: lookUp,
            forecast: rows.isEmpty ? nil : forecast(advice, several: rows.count > 1 && isNarrow ? several : nil))
    }

    private func forecast(_ advice: [RiskAdvice?], several: String?) -> Forecast? {
        let told = RiskAdvice.forecast(advice)
        guard let several else { return told }
        let words = told.map { $0.parts + [Forecast.Part(words: " ")] } ?? []
        return Forecast(look: "", parts: words + [Forecast.Part(words: "Change several of these", address: several)])
    }

    private var inForce: Filters { filters.filter { request.filters.contains($0.name) } }

    private func nothingMatches(_ plural: String) -> EmptyState {
        let narrow = ([request.search].compactMap(\.self) + inForce.map(\.words) + [request.scope].compactMap(\.self))
            .map { "“\($0)”" }
        return EmptyState(
            title: "Nothing matches", words: "None of your \(plural) is found with \(narrow.joined(separator: ", ")).",
            action: PageLink(words: "Clear all", address: clearLink), code: nil)
    }

    private var chips: Chips? {
        let search = request.search.map { text in
            Chip(words: "Search: \(text)", removeLink: link(request.query(search: .some(nil))))
        }
        let others = inForce.map { Chip(words: $0.words, removeLink: link(request.query(without: $0.name))) }
        let scope = request.scope.map { name in
            Chip(words: "Scope: \(name)", removeLink: link(request.query(without: "scope")))
        }
        let all = [search].compactMap(\.self) + others + [scope].compactMap(\.self)
        return all.isEmpty ? nil : Chips(chips: all, clearLink: clearLink)
    }

    private func paging(_ count: Int, _ next: ListPlace?, _ plural: String) -> Paging? {
        guard next != nil || request.after != nil else { return nil }
        return Paging(
            words: "\(count) \(plural) on this page", nextLink: next.map { link(request.query(after: $0)) },
            firstLink: request.after.map { _ in PageLink(words: "First page", address: link(request.query())) })
    }
}
